"""Makes what compilers and linkers print fit to be read by a student: their own lines, a few of them, clean.

The text is hostile: it quotes the submission. Knows the form of GCC's and Clang's messages, nothing about processes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .faults import clean

MAX_ERRORS = 5
LINE_CHARS = 200
TEXT_CHARS = 2400

_ERROR = re.compile(
    r"^(?P<path>[^\s:][^:]*):(?P<line>\d+):(?:(?P<col>\d+):)? (?:fatal )?[Ee]rror: (?P<text>.*)$"
)
_PLACE = re.compile(r"(?P<path>[^\s:][^:]*):(?P<line>\d+)(?::(?P<col>\d+))?[:,]")
_UNLOCATED = re.compile(
    r"^(?:\{standard input\}:\d+|cc1plus|c\+\+|g\+\+|clang(?:\+\+)?)(?:: fatal)?:? [Ee]rror: (?P<text>.*)$"
)
_TOO_MUCH = re.compile(r"virtual memory exhausted|out of memory allocating|Cannot allocate memory")
_CPU = re.compile(r"CPU time limit exceeded")
_KILLED = re.compile(r"Killed signal terminated program|signal 9|unable to execute command: Killed")
_SIZE = re.compile(r"File size limit exceeded|File too large|No space left on device|Disk quota exceeded")


def errors(log: str, files: Mapping[str, bytes], limits: str = "") -> str:
    """Return the errors of a compilation: "a.cpp:41:9: error: ..." with the source line, five at most.

    Args:
        log: What the compiler printed.
        files: The submission's files; an error elsewhere is shown at the line of theirs that led there.
        limits: What to say if there is no error in it.
    """
    found: list[str] = []
    context: list[str] = []
    total = 0
    for line in log.splitlines():
        match = _ERROR.match(line)
        unlocated = _UNLOCATED.match(line)
        if match is None and unlocated is None:
            context.append(line)
            continue
        total += 1
        if len(found) < MAX_ERRORS:
            found.append(_unlocated(unlocated["text"]) if unlocated else _located(match, context, files))  # type: ignore[arg-type]
        context = []
    if not found:
        return limits or _last_line(log)
    if total > len(found):
        found.append(f"and {total - len(found)} more errors")
    return clean("\n".join(dict.fromkeys(found)), TEXT_CHARS)


def ran_out(log: str) -> str:
    """Return which limit a compiler ran into, by its own words; empty if none."""
    for pattern, words in (
        (_CPU, "the compiler needed more CPU time than it may use"),
        (_TOO_MUCH, "the compiler needed more memory than it may use"),
        (_SIZE, "the compiler made a larger file than it may write"),
        (_KILLED, "the compiler was ended by the system, as when it needs more memory than there is"),
    ):
        if pattern.search(log):
            return words
    return ""


def _located(match: re.Match[str], context: list[str], files: Mapping[str, bytes]) -> str:
    path, line = _plain(match["path"]), int(match["line"])
    text = clean(match["text"], LINE_CHARS)
    column = f":{match['col']}" if match["col"] else ""
    if path in files:
        return _with_source(f"{path}:{line}{column}: error: {text}", files[path], line)
    where = _shortened(path)
    for earlier in reversed(context):
        for place in _PLACE.finditer(earlier):
            theirs = _plain(place["path"].rpartition("from ")[2])
            if theirs in files:
                number = int(place["line"])
                return _with_source(f"{theirs}:{number}: error: {text} (in {where})", files[theirs], number)
    return f"{where}:{line}: error: {text}"


def _with_source(message: str, content: bytes, line: int) -> str:
    lines = content.splitlines()
    if not 0 < line <= len(lines):
        return message
    source = clean(lines[line - 1].decode("utf-8", "backslashreplace").strip(), LINE_CHARS)
    return f"{message}\n    {source}" if source else message


def _unlocated(text: str) -> str:
    return f"error: {clean(text, LINE_CHARS)}"


def _plain(path: str) -> str:
    while path.startswith("./"):
        path = path[2:]
    return path


def _shortened(path: str) -> str:
    """Return a path of ours or the system's without the folders that only this machine has."""
    for mark in ("/mlx/include/", "/nanobind/include/", "/kernels/include/", "/kernels/", "/include/"):
        if path.startswith("/") and mark in path:
            return clean(path.rpartition(mark)[2], LINE_CHARS)
    return clean(path.rpartition("/")[2] if path.startswith("/") else path, LINE_CHARS)


def _last_line(log: str) -> str:
    lines = [line for line in log.splitlines() if line.strip()]
    return clean(_shortened(lines[-1]) if lines else "the compiler failed without a word", LINE_CHARS)
