"""Moments as they stand in names and in metadata, to ISO 8601 in UTC. Knows no clock and no time zone of a machine."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

# eight digits alone are a student's number as well as a day: then a clock has to follow
_DATE = r"(?P<year>\d{4})(?:-(?=\d\d-)|(?=\d{4}[T_ ]\d{4}))(?P<month>\d\d)-?(?P<day>\d\d)"
_CLOCK = r"(?P<hour>\d\d)[-:.]?(?P<minute>\d\d)(?:[-:.]?(?P<second>\d\d)(?:[.,]\d+)?)?"
_ZONE = r"(?P<zone>Z|UTC|[+-]\d\d:?\d\d)"
_MOMENT = re.compile(rf"{_DATE}(?:[T_ ]{_CLOCK}(?: ?{_ZONE})?)?", re.IGNORECASE | re.ASCII)
_TAIL = re.compile(
    rf"(?P<head>.*?)[@_ -]+(?P<moment>{_MOMENT.pattern})", re.IGNORECASE | re.ASCII | re.DOTALL
)


def to_utc(text: str) -> str:
    """Return `text` as "2026-11-24T02:49:00Z", or an empty string if it is no moment.

    Takes "2026-11-24T02:49:00Z", the same with "-" or nothing between the numbers as file names have it, an offset
    ("+01:00"), fractions of a second, a space or "_" for the "T", and a day alone. Without an offset it is UTC.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return ""
    fields = ("year", "month", "day", "hour", "minute", "second")
    year, month, day, hour, minute, second = (int(match[name] or 0) for name in fields)
    try:
        zone = _zone(match["zone"] or "Z")
        return _iso(datetime(year, month, day, hour, minute, second, tzinfo=zone))
    except (ValueError, OverflowError):
        return ""


def has_zone(text: str) -> bool:
    """Tell whether `text` is a moment that says where it is counted from."""
    match = _MOMENT.fullmatch(text.strip())
    return match is not None and match["zone"] is not None


def split(name: str) -> tuple[str, str]:
    """Return what stands before a moment at the end of `name`, and the moment's text: ("s017", "2026-11-24T0249Z").

    Between the two is "@", "_", "-" or a space. A name that is a moment and nothing else has nothing before it; one
    without a moment comes back as it is, with an empty text.
    """
    if to_utc(name):
        return "", name
    match = _TAIL.fullmatch(name)
    if match is None or not to_utc(match["moment"]):
        return name, ""
    return match["head"], match["moment"]


def from_seconds(seconds: float) -> str:
    """Return seconds since 1970 as ISO 8601 in UTC, or an empty string beyond what a date can say."""
    try:
        return _iso(datetime.fromtimestamp(seconds, tz=timezone.utc))
    except (ValueError, OverflowError, OSError):
        return ""


def _iso(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def _zone(text: str) -> timezone:
    if text.upper() in ("Z", "UTC"):
        return timezone.utc
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
