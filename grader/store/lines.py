"""The form of one journal line: JSON that carries a checksum of itself, so that a torn line is known as torn.

Knows nothing about runs or files.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any

_HEAD = b'{"crc":"'
_BODY = b'","line":'
_BODY_AT = len(_HEAD) + 8 + len(_BODY)


def encode_line(line: dict[str, Any]) -> bytes:
    """Return the line as ASCII bytes that end with a line feed and hold no other.

    Raises:
        ValueError: a NaN or an infinity, which JSON cannot hold.
    """
    body = json.dumps(line, separators=(",", ":"), allow_nan=False).encode("ascii")
    return b"".join((_HEAD, b"%08x" % zlib.crc32(body), _BODY, body, b"}\n"))


def decode_line(raw: bytes) -> dict[str, Any] | None:
    """Return what `encode_line` was given, or None for anything else; `raw` comes without its line feed."""
    body = raw[_BODY_AT:-1]
    if raw != b"".join((_HEAD, b"%08x" % zlib.crc32(body), _BODY, body, b"}")):
        return None
    try:
        line = json.loads(body)
    except ValueError:
        return None  # a checksum that fits is no proof: somebody may have written it by hand
    return line if isinstance(line, dict) else None


def decode_lines(raw: bytes) -> Iterator[dict[str, Any] | None]:
    """Yield each line of a journal, None for a damaged one.

    A line without its line feed is whole if its checksum fits: nothing can be missing from it. Damage does
    not end the reading, since a run that is resumed goes on behind the line at which it was cut off.
    """
    for piece in raw.split(b"\n"):
        if piece:
            yield decode_line(piece)
