"""Tokens of a preprocessed Metal source, each with the file and line it came from.

It knows the preprocessor's line markers and C++'s lexical rules, and nothing about Metal.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator, Sequence

LEXEME = re.compile(
    r"""
    (?P<space>[ \t\r\f\v]+)
  | (?P<string>(?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)" | (?:u8|[uUL])?"(?:\\.|[^"\\])*")
  | (?P<character>(?:u8|[uUL])?'(?:\\.|[^'\\])+')
  | (?P<number>\.?\d(?:[eEpP][+-]|'\w|[\w.])*)
  | (?P<name>[A-Za-z_$\u0080-\U0010ffff][\w$]*)
  | (?P<sign>::|<<=|->\*?|\+\+|--|<=|==|!=|&&|\|\||[-+*/%&|^]=|\.\.\.|.)
    """,
    re.VERBOSE | re.DOTALL,
)
MARKER = re.compile(r'#\s*(?:line\s+)?(\d+)\s+"((?:\\.|[^"\\])*)"')
DIRECTIVE = re.compile(r"\s*#\s*(\w*)")


@dataclasses.dataclass(slots=True, eq=False)
class Token:
    """A significant token.

    Attributes:
        kind: ``string``, ``character``, ``number``, ``name``, ``sign`` or ``pragma`` (a whole line).
        text: Its characters. ``>>`` is two tokens, so that template arguments close.
        file: Path in the line marker above it.
        line: Line in that file, from 1.
        spaced: Whether blank or a line break stands before it.
    """

    kind: str
    text: str
    file: str
    line: int
    spaced: bool


def unescape(path: str) -> str:
    """Return the path that a line marker quotes."""
    return re.sub(r"\\(.)", r"\1", path)


def tokenize(text: str, *, skip: Callable[[str], bool] = lambda file: False) -> list[Token]:
    """Split preprocessed text into tokens.

    Args:
        text: Output of ``clang -E``.
        skip: Tells for a file whether its lines are left out.

    Raises:
        ValueError: A string or character literal does not end on its line.
    """
    tokens: list[Token] = []
    skips = functools.cache(skip)
    file, line, skipping = "", 1, False
    for source_line in text.split("\n"):
        if source_line[:1] == "#":  # clang writes a blank in front of a `#` that a macro made
            if marker := MARKER.match(source_line):
                file, line = unescape(marker[2]), int(marker[1])
                skipping = skips(file)
                continue
            if not skipping:
                tokens.append(Token("pragma", source_line.strip(), file, line, True))
        elif not skipping and source_line:
            tokens.extend(_line_tokens(source_line, file, line))
        line += 1
    return tokens


def _line_tokens(text: str, file: str, line: int) -> Iterator[Token]:
    spaced = True
    for match in LEXEME.finditer(text):
        kind = match.lastgroup if match.lastgroup != "mark" else "string"
        if kind == "space":
            spaced = True
            continue
        if match[0] in ('"', "'"):
            raise ValueError(f"{file}:{line}: a literal that starts with {match[0]} does not end on its line")
        yield Token(str(kind), match[0], file, line, spaced)
        spaced = False


def files_of(text: str) -> list[str]:
    """Return every file that a line marker of ``text`` names, once, in order."""
    markers = (MARKER.match(line) for line in text.split("\n") if line[:1] == "#")
    return list(dict.fromkeys(unescape(marker[2]) for marker in markers if marker))


def join(tokens: Sequence[Token]) -> str:
    """Return the tokens as text on one line, with a blank where two would grow together."""
    parts: list[str] = []
    for token in tokens:
        if parts and (token.spaced or (parts[-1][-1:] + token.text[:1]).isidentifier()):
            parts.append(" ")
        parts.append(token.text)
    return "".join(parts).strip()
