"""What can go wrong with a worker, and text from a worker made safe to show.

Standard library only; knows nothing about processes or the wire. Covered by `clean`: length, control
characters, terminal escapes, bidirectional controls and other invisible characters, lone surrogates. Not
covered: HTML (escape it when rendering) and look-alike letters.
"""

from __future__ import annotations

import unicodedata

ERROR = "ERROR"  # an exception of the student's code; the worker lives on
TIMEOUT = "TIMEOUT"
CRASH = "CRASH"
EXIT = "EXIT"
MEMORY = "MEMORY"
OUTPUT = "OUTPUT"
THREADS = "THREADS"
PROTOCOL = "PROTOCOL"

KINDS = (ERROR, TIMEOUT, CRASH, EXIT, MEMORY, OUTPUT, THREADS, PROTOCOL)

_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


class Fault(Exception):
    """The submission's fault in one call; every field is already cleaned.

    Attributes:
        kind: one of `KINDS`.
        text: one sentence for the student; for ERROR the exception's own text.
        exception: the exception's type name for ERROR, the signal's name for CRASH, the status for EXIT.
        traceback: the student's frames, outermost first: "basics.py:12 in softmax: return x / y".
        printed: what the submission printed during the call, capped.
    """

    def __init__(
        self,
        kind: str,
        text: str,
        exception: str = "",
        traceback: tuple[str, ...] = (),
        printed: str = "",
    ) -> None:
        super().__init__(f"{kind}: {exception + ': ' if exception else ''}{text}")
        self.kind = kind
        self.text = text
        self.exception = exception
        self.traceback = traceback
        self.printed = printed


class StopCall(Exception):
    """Raised by a callback to end the call that it serves; `reason` becomes the fault's text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RefuseCall(Exception):
    """Raised by a callback whose arguments make no sense: the stand-in raises TypeError in the submission."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CallbackFailed(Exception):
    """The grader failed while it answered a call of the submission's.

    That is the grader's fault, and a submission may have provoked it: the verdict is ERROR, and staff decide about the
    points.
    """


def clean(text: object, limit: int = 600) -> str:
    """Return `text` with everything invisible written as an escape, at most `limit` characters and a note.

    Newline and tab stay. Anything but a `str` becomes "?": its own conversion is never called.
    """
    if type(text) is not str:
        return "?"
    if len(text) <= limit and text.isprintable():
        return text
    pieces: list[str] = []
    length = 0
    for position, char in enumerate(text):
        piece = _visible(char)
        if length + len(piece) > limit:
            return f"{''.join(pieces)}... ({len(text) - position} more characters)"
        pieces.append(piece)
        length += len(piece)
    return "".join(pieces)


def _visible(char: str) -> str:
    if char in "\n\t" or unicodedata.category(char) not in _INVISIBLE:
        return char
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
