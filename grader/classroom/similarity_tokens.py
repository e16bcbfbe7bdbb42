"""The text of a source file as a sequence of numbers that names, literals, comments and layout do not change.

Left out: white space, comments, docstrings, `#include` and its like. One and the same: all numbers; all texts; all
names but keywords, built-in ones and those that are called through a dot or `::`, which are mostly a library's. Any
bytes are read: what is no program still is a sequence of words and signs. Pygments would know more and was four to
seven times slower, which is more than a class of 600 may take.
"""

from __future__ import annotations

import builtins
import hashlib
import keyword
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

MOST_BYTES = 256 * 1024  # of one file; the rest is not looked at
MOST_TOKENS = 50_000  # of one file: some 5,000 lines
INDENT = 200  # a docstring stands no farther from the margin
PYTHON_WORDS = frozenset({*keyword.kwlist, *keyword.softkwlist, *dir(builtins)})
CPP_WORDS = (
    "alignas auto bool break case catch char class const const_cast constant constexpr continue decltype "
    "default delete device do double dynamic_cast else enum explicit extern false float for fragment "
    "friend goto half if inline int kernel long mutable namespace new noexcept nullptr operator private "
    "protected public register reinterpret_cast return short signed sizeof static static_assert "
    "static_cast struct switch template thread threadgroup threadgroup_barrier this throw true try "
    "typedef typename uint union unsigned using vertex virtual void volatile while bfloat float2 float4 "
    "half2 half4 int2 int4 size_t uint2 uint3 uint4 uint8_t uint16_t uint32_t int32_t simdgroup_barrier "
    "simd_sum simd_max simd_shuffle simd_shuffle_down simd_shuffle_xor as_type"
)
# every alternative begins differently, and the last ones take any character and the end: nothing is tried twice
_STRINGS = r"""
    "(?:[^"\\\n]|\\.?)*"? | '(?:[^'\\\n]|\\.?)*'?
"""
_REST = r"""
    | (?P<number> \d[\w.]* )
    | (?P<call> (?:\.|::)\s*[^\W\d]\w*(?=\s*\() )
    | (?P<name> [^\W\d]\w* )
    | (?P<sign> [-+*/%&|^@<>=!:]= | -> | \*\* | // | << | >> | && | \|\| | :: | \+\+ | -- | . )
    | (?P<end> \Z )
    )
"""
PYTHON = re.compile(
    r'''(?: [\s\\] | \#[^\n]* )* (?:
      (?P<text> (?:[rbfuRBFU]{1,2}(?=["']))? (?:
          """ (?: [^"\\] | \\.? | "(?!"") )* (?:"""|\Z)
        | \'\'\' (?: [^'\\] | \\.? | '(?!\'\') )* (?:\'\'\'|\Z)
        |'''
    + _STRINGS
    + r"))"
    + _REST,
    re.VERBOSE | re.DOTALL,
)
CPP = re.compile(
    r"""(?: [\s\\] | //[^\n]* | /\* (?: [^*] | \*(?!/) )* (?:\*/|\Z)
        | \#[ \t]*(?:include|pragma|if|ifdef|ifndef|elif|else|endif|undef|error|line)\b[^\n]* )* (?:
      (?P<text>"""
    + _STRINGS
    + r")"
    + _REST,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Tokens:
    """A file's tokens: what each is, and on which line it stands."""

    codes: NDArray[np.uint64]
    lines: NDArray[np.int64]  # from 1


def tokens(name: str, content: bytes) -> Tokens:
    """Return the tokens of a file; Python by its name, C++ and Metal otherwise."""
    text = content[:MOST_BYTES].decode("utf-8", errors="replace")
    is_python = name.endswith(".py")
    pattern, words = (PYTHON, PYTHON_WORDS) if is_python else (CPP, CPP_WORDS.split())
    codes: list[int] = []
    starts: list[int] = []
    known = {word: _code(word) for word in words}
    any_name, any_number, any_text = _code("a name"), _code("a number"), _code("a text")
    for match in pattern.finditer(text):
        kind = match.lastgroup
        assert kind is not None
        if kind == "end" or len(codes) == MOST_TOKENS:
            break
        start = match.start(kind)
        if kind == "name":
            code = known.get(match[kind], any_name)
        elif kind == "number":
            code = any_number
        elif kind == "text":
            if is_python and _stands_alone(text, start, match.end()):
                continue
            code = any_text
        else:
            code = _code(match[kind][:100])
        codes.append(code)
        starts.append(start)
    newlines = np.flatnonzero(np.frombuffer(text.encode("utf-32-le"), np.uint32) == ord("\n"))
    return Tokens(np.array(codes, np.uint64), np.searchsorted(newlines, np.array(starts, np.int64)) + 1)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Return whether nothing else stands on the lines of a text: then it is a docstring."""
    before = text[max(start - INDENT, 0) : start]
    after = text[end : end + INDENT]
    first = start <= INDENT or "\n" in before
    last = end + INDENT >= len(text) or "\n" in after
    return first and last and not before.rpartition("\n")[2].strip() and not after.partition("\n")[0].strip()


@lru_cache(1 << 16)
def _code(word: str) -> int:
    """Return a number for a word, the same in every process."""
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")
