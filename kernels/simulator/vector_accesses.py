"""Lets check mode see loads and stores of sizes that the compiler leaves alone: 3, 6, 12, 24, 32 bytes and so on.

``-fsanitize=thread`` calls a hook for accesses of 1, 2, 4, 8 and 16 bytes. Vectors of three components and of four
64-bit numbers have other sizes. Where a source may have such, it is compiled in two steps, and between them a call of
the runtime is put in front of each of these accesses in the compiler's intermediate text. Nothing is optimised after
that, so the code is the one that would have come out. It knows that text, and nothing of Metal but vectors' names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

HOOK = "msim_note_vector"
SEEN = frozenset({1, 2, 4, 8, 16})  # bytes; by the compiler's own hooks
MOST_BYTES = 64
# three components, by type, template or swizzle, or wide numbers: `float3`, `vec<T, 3>`, `v.xyz`, `long4`, `float3x3`
ODD = re.compile(
    r"\b(?:packed_|simd_|vector_)?(?:bool|char|uchar|short|ushort|int|uint|long|ulong|half|bfloat|float|size_t)3\b"
    r"|\b(?:packed_|simd_|vector_)?u?long4\b|\b(?:simd_|matrix_)?(?:half|float)(?:2x3|3x3|4x3|3x2|3x4)\b|\b(?:vec|matrix)\s*<|\.\s*(?:[xyzw]{3}|[rgba]{3})\b"
)
_FUNCTION = re.compile(r"^define .*?(?P<groups>(?: #\d+)*)(?: [^#]*)?\{$")
_GROUP = re.compile(r"^attributes (#\d+) = \{(.*)\}$")
_TYPE = r"(?P<type><\d+ x (?:i\d+|half|bfloat|float)>|i\d+)"
_POINTER = r"ptr (?P<pointer>%[\w.$-]+|%\"[^\"]+\"), align \d+"
_LOAD = re.compile(rf"^  %\S+ = load (?:volatile )?{_TYPE}, {_POINTER}")
_STORE = re.compile(rf"^  store (?:volatile )?{_TYPE} .*, {_POINTER}")
_OWN = re.compile(r"^  (%\S+) = alloca ")
_PLACE = re.compile(r", (!dbg !\d+)")
_BITS = {"half": 16, "bfloat": 16, "float": 32}


def may_have_odd_vectors(text: str) -> bool:
    """Tell whether translated text names a vector whose accesses may have a size that no hook sees."""
    return ODD.search(text) is not None


def add_calls(text: str) -> str:
    """Return the intermediate text with a call of the runtime in front of each access of an odd size.

    Args:
        text: LLVM's, of optimised code that has its hooks.
    """
    lines = text.split("\n")
    checked = {found[1] for line in lines if (found := _GROUP.match(line)) and "sanitize_thread" in found[2]}
    return "\n".join([*_with_calls(lines, checked), f"declare void @{HOOK}(ptr, i64, i32)\n"])


def _with_calls(lines: list[str], checked: set[str]) -> Iterator[str]:
    inside = False
    private: set[str] = set()
    for line in lines:
        if line.startswith("define "):
            found = _FUNCTION.match(line)
            inside = found is not None and bool(checked.intersection(found["groups"].split()))
            private = set()
        elif inside and (own := _OWN.match(line)):
            private.add(own[1])
        elif inside and (call := _call(line, private)):
            yield call
        yield line


def _call(line: str, private: set[str]) -> str:
    """Return the call that belongs in front of a line; empty if it is no access of an odd size."""
    found = _LOAD.match(line) or _STORE.match(line)
    if found is None or found["pointer"] in private:
        return ""
    size = _bytes(found["type"])
    if size in SEEN or size > MOST_BYTES:
        return ""
    place = _PLACE.search(line, found.end())
    is_write = int(found.re is _STORE)
    call = f"  call void @{HOOK}(ptr {found['pointer']}, i64 {size}, i32 {is_write}) nomerge"
    return f"{call}, {place[1]}" if place else call


def _bytes(kind: str) -> int:
    """Return the bytes that are touched by an access of a type."""
    count, _, element = kind.strip("<>").rpartition(" x ")
    bits = _BITS.get(element) or int(element.removeprefix("i"))
    return (int(count or 1) * bits + 7) // 8
