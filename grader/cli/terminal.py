"""The terminal: output that never fails for its encoding, its width or its reader, and the one-sentence messages.

Knows nothing about grading.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console


class ReaderGone(Exception):
    """Nobody reads the output any more (`grader history | head -1`): stop quietly."""


def prepare_streams() -> None:
    """Make both streams usable: a closed one leads nowhere, what an encoding lacks is written as an escape."""
    sys.stdout, sys.stderr = _usable(sys.stdout), _usable(sys.stderr)


def _usable(stream: TextIO | None) -> TextIO:
    if stream is None:  # started with the descriptor closed
        return open(os.devnull, "w", encoding="utf-8")
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return stream


def console(stderr: bool = False) -> Console:
    """Return a console of rich's that raises `ReaderGone` when its reader has gone."""
    from rich.console import Console

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            raise ReaderGone

    return Screen(stderr=stderr)


def say(sentence: str) -> None:
    """Write "grader: sentence" to stderr, on one line; without anybody there, do nothing."""
    with suppress(OSError, ValueError):
        print(f"grader: {one_line(sentence)}", file=sys.stderr, flush=True)


def one_line(text: str) -> str:
    """Return `text` with line ends as spaces and every other character that would not show as an escape."""
    return "".join(map(_visible, " ".join(text.split())))


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")


def discard_output() -> None:
    """Send what is still in the buffers nowhere, so that the interpreter does not complain at its end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
