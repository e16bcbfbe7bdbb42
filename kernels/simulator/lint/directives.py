"""Preprocessor directives of a submission's files, read from the raw text before clang sees it.

Line markers (``#line``, ``# 1 "file"``) would make one file's text look like another's, and includes could reach files
of the host. Lines are joined and comments removed exactly as clang does it, or a directive could hide.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ..errors import Finding

CONDITIONS = frozenset({"if", "ifdef", "ifndef", "elif", "elifdef", "elifndef", "else", "endif"})
PLAIN = CONDITIONS | {"define", "undef", "error", "warning", ""}
PRAGMAS = re.compile(
    r"\s*(once\b|unroll\b|nounroll\b|clang\s+loop\s+[\w() ]*$|METAL\b|mark\b|region\b|endregion\b"
    r"|(clang|GCC)\s+diagnostic\s+(push|pop|ignored|warning)\b|STDC\s+FP_CONTRACT\b)"
)
SYSTEM = re.compile(
    r"metal_\w+|simd/\w+(\.h)?|TargetConditionals\.h|mlx/backend/metal/kernels/[\w/]+\.h|os/log\.h"
)
LEXEME = re.compile(
    r"""
    (?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
  | (?P<raw>\b(?:u8|[uUL])?R")
  | (?P<number>\.?\d(?:[eEpP][+-]|'\w|[\w.])*)
  | (?P<quoted>"(?:\\.|[^"\\\n])*(?:"|(?=\n|\Z))|'(?:\\.|[^'\\\n])*(?:'|(?=\n|\Z)))
  | (?P<word>\w+)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
MAX_FILES = 64
MAX_BYTES = 1 << 20

Resolver = Callable[[str, Path], Path | None]


def check_directives(main: Path, include_dirs: Sequence[Path], trusted: Sequence[Path]) -> list[Finding]:
    """Check the directives of ``main`` and of every file of the submission that it includes.

    Args:
        main: The Metal source.
        include_dirs: Folders of the submission that ``#include`` looks in.
        trusted: Folders whose headers are not the submission's.

    Returns:
        What is refused, all of it certain. Names that are not found are left to the preprocessor, because a condition
        may leave them out.
    """
    roots = [main.resolve().parent, *(folder.resolve() for folder in include_dirs)]
    findings: list[Finding] = []
    waiting, seen = [main], {main.resolve()}
    while waiting:
        path = waiting.pop()
        if len(seen) > MAX_FILES:
            return [
                *findings,
                Finding(str(main), 1, "includes", f"The file includes more than {MAX_FILES} files."),
            ]
        text, problem = _read(path)
        if problem:
            findings.append(problem)
            continue
        for found in _check_file(path, text):
            if isinstance(found, Finding):
                findings.append(found)
                continue
            line, name = found
            target = _resolve(name, path, roots, trusted)
            if isinstance(target, str):
                findings.append(
                    Finding(str(path), line, "include", target, "Include files of the submission alone.")
                )
            elif target is not None and target.resolve() not in seen:
                seen.add(target.resolve())
                waiting.append(target)
    return findings


def _read(path: Path) -> tuple[str, Finding | None]:
    try:
        data = path.read_bytes()
        if len(data) > MAX_BYTES:
            return "", Finding(
                str(path), 1, "size", f"The file has {len(data):,} bytes; at most {MAX_BYTES:,} are read."
            )
        text = data.decode("utf-8-sig")  # clang skips a byte order mark too
    except OSError as error:
        return "", Finding(str(path), 1, "unreadable", f"The file cannot be read: {error.strerror}.")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return "", Finding(str(path), line, "encoding", "The file is not UTF-8 text.")
    if "\0" in text:
        return "", Finding(
            str(path), text[: text.index("\0")].count("\n") + 1, "encoding", "The file has a zero byte."
        )
    return text, None


def _resolve(name: str, path: Path, roots: Sequence[Path], trusted: Sequence[Path]) -> Path | str | None:
    """Return the submission's file that ``#include "name"`` finds, None for another's, or why it is refused."""
    if Path(name).is_absolute() or "\\" in name:
        return f'`#include "{name}"` names a file by its absolute path.'
    for folder in (path.resolve().parent, *roots):
        target = (folder / name).resolve()
        if not any(
            target.is_relative_to(root) for root in (*roots, *(folder.resolve() for folder in trusted))
        ):
            return f'`#include "{name}"` leaves the submission\'s folder.'
        if target.is_file():
            is_trusted = any(target.is_relative_to(folder.resolve()) for folder in trusted)
            return None if is_trusted else folder / name
    return None


def _check_file(path: Path, text: str) -> Iterator[Finding | tuple[int, str]]:
    """Yield findings, and the line and name of each include of the submission's own files."""
    for line, directive in directives(text):
        if directive is None:
            sentence = "Raw string literals are not read here, and Metal has no use for them."
            yield Finding(str(path), line, "raw-string", sentence)
            return
        word, rest = directive
        if word == "include":
            yield from _check_include(path, line, rest)
        elif word == "pragma":
            if not PRAGMAS.match(rest):
                yield Finding(
                    str(path), line, "pragma", f"`#pragma{rest[:60]}` is not taken here.", "Leave it out."
                )
        elif word not in PLAIN:
            sentence = f"`#{word}` is not taken: it would change whose line a text is, or read other files."
            yield Finding(str(path), line, "directive", sentence, "Leave it out.")


def _check_include(path: Path, line: int, rest: str) -> Iterator[Finding | tuple[int, str]]:
    match = re.fullmatch(r'\s*(?:<([^>]*)>|"([^"]*)")\s*', rest)
    if match is None:
        yield Finding(str(path), line, "include", "`#include` takes a name in <> or quotes here, no macro.")
    elif match[2] is not None:
        yield line, match[2]
    elif ".." in match[1] or match[1].startswith("/"):
        yield Finding(str(path), line, "include", f"`#include <{match[1]}>` is no header of Metal's.")
    elif not SYSTEM.fullmatch(match[1]):
        yield line, match[1]


def directives(text: str) -> Iterator[tuple[int, tuple[str, str] | None]]:
    """Yield the line and (word, rest) of every directive; None in place of them where a raw string starts."""
    joined, line_of = _join_lines(text)
    stripped: list[str] = []
    at_start, directive_start = True, 0
    for match in LEXEME.finditer(joined):
        kind, piece = match.lastgroup, match[0]
        if kind == "raw":
            yield line_of(match.start()), None
            return
        if piece == "\n" or (kind == "comment" and "\n" in piece and not stripped):
            if stripped:
                yield line_of(directive_start), _parse("".join(stripped))
            stripped, at_start = [], True
        elif stripped:
            stripped.append(" " if kind == "comment" else piece)
        elif (
            at_start
            and piece in ("#", "%")
            and (piece == "#" or joined[match.end() : match.end() + 1] == ":")
        ):
            stripped, directive_start = [piece], match.start()
        elif kind != "comment" and not piece.isspace():
            at_start = False
    if stripped:
        yield line_of(directive_start), _parse("".join(stripped))


def _parse(directive: str) -> tuple[str, str]:
    match = re.match(r"(?:#|%:)\s*(\w*)(.*)", directive, re.DOTALL)
    assert match is not None
    return ("%:" + match[1] if directive.startswith("%") else match[1]), match[2]


def _join_lines(text: str) -> tuple[str, Callable[[int], int]]:
    """Join continued lines, and return the text with a function from its positions to lines of the file."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    pieces: list[str] = []
    starts: list[int] = []
    length = 0
    for line in text.split("\n"):
        starts.append(length)
        continued = re.match(r"(.*)\\[ \t\f\v]*$", line, re.DOTALL)
        piece = continued[1] if continued else line + "\n"
        pieces.append(piece)
        length += len(piece)

    def line_of(position: int) -> int:
        return bisect.bisect_right(starts, position)

    return "".join(pieces), line_of
