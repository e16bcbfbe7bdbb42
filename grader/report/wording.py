"""How numbers, dates and foreign text are written in a report.

Knows nothing about HTML: every function returns plain text that still has to be escaped.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone

FIRST_HALF = ("January", "February", "March", "April", "May", "June")
MONTHS = (*FIRST_HALF, "July", "August", "September", "October", "November", "December")
SMALL_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

# Marks that sit on the letter before them: a tower of them would paint over the lines above and below.
TOWER = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4,}")


def visible(text: str) -> str:
    """Spell out what cannot be seen, the way `repr` does: controls, bidi marks, odd spaces, lone surrogates.

    Line feeds and tabs stay. Afterwards the text can be encoded as UTF-8 and cannot reorder its neighbours.
    """
    text = TOWER.sub(lambda tower: "".join(_spelled(c) for c in tower[0]), text)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else _spelled(c) for c in text)


def _spelled(char: str) -> str:
    code = ord(char)
    if char == "\r":
        return r"\r"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def cut(text: str, limit: int) -> str:
    """Return `text`, or its first `limit` characters and how many were left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]} ... ({len(text) - limit:,} more characters)"


def points(value: float) -> str:
    """Write points with at most two decimals and no trailing zero: `6`, `2.5`, `33.33`."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def count(number: float, noun: str, plural: str = "") -> str:
    """Write a number with its noun: `1 task`, `3 tasks`, `2.5 points`."""
    return f"{points(number)} {noun if number == 1 else plural or noun + 's'}"


def in_words(number: int) -> str:
    """Write a small number as a word, a larger one in digits."""
    return SMALL_NUMBERS[number] if 0 <= number < len(SMALL_NUMBERS) else str(number)


def listing(items: list[str]) -> str:
    """Join items as in a sentence: `a`, `a and b`, `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def moment(iso: str) -> datetime | None:
    """Parse an ISO 8601 time as UTC; None if it is none."""
    try:
        parsed = datetime.fromisoformat(iso.replace("Z", "+00:00"))
    except ValueError:
        return None
    return parsed.replace(tzinfo=timezone.utc) if parsed.tzinfo is None else parsed.astimezone(timezone.utc)


def when(iso: str) -> str:
    """Write an ISO 8601 time as `24 November 2026, 02:49 UTC`; anything else as it is."""
    time = moment(iso)
    if time is None:
        return iso
    return f"{time.day} {MONTHS[time.month - 1]} {time.year}, {time.hour:02d}:{time.minute:02d} UTC"


def day_of(iso: str) -> str:
    """Write the date of an ISO 8601 time without its year: `24 Nov`; nothing if it is none."""
    time = moment(iso)
    return f"{time.day} {MONTHS[time.month - 1][:3]}" if time else ""


def duration(seconds: float) -> str:
    """Write a time span: `0.42 s`, `41.3 s`, `3 min 20 s`."""
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    return f"{round(seconds) // 60} min {round(seconds) % 60} s"


def slug(text: str) -> str:
    """Return `text` reduced to what is safe in an id, a link and a file name; never empty, never hidden."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.")[:60] or "unnamed"
