"""Reads the rules of a course from a TOML file; whatever it does not know is refused with the nearest name.

timezone = "Europe/Vienna"
deadline = 2026-11-24T23:59:00   # local; a date alone is the end of that day; an offset may follow
grace_minutes = 15

[late]
free_days = 2                    # of each student
used = { s017 = 1 }              # free days that were used in earlier weeks
penalty_per_day = "10 %"         # of what was earned; a number takes off points
max_days = 5
beyond = "zero"                  # or "refused"

[attempts]
count = "best"                   # or "last"
per_day = 5

[extra]
cap = 10

[[extension]]
section = "B"                    # or student, or group
days = 2                         # or deadline
"""

from __future__ import annotations

import difflib
import math
import re
import sys
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from grader.classroom.policy_rules import BEST, LAST, REFUSED, YEARS, ZERO, Extension, Policy, later, moment
from grader.errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

KEYS = {
    "": ("timezone", "deadline", "grace_minutes", "late", "attempts", "extra", "extension"),
    "late": ("free_days", "used", "penalty_per_day", "max_days", "beyond"),
    "attempts": ("count", "per_day"),
    "extra": ("cap",),
    "extension": ("student", "section", "group", "deadline", "days"),
}
WHO = ("student", "section", "group")
MOST_DAYS = 366
MOST_POINTS = 1e6


def read(path: Path | None) -> Policy:
    """Return the rules that a file states; without a file those that change nothing.

    Raises:
        UsageError: the file cannot be read, is no TOML, or has a key or a value that means nothing.
    """
    if path is None:
        return Policy()
    try:
        return _policy(tomllib.loads(path.read_bytes().decode("utf-8-sig")))
    except OSError as error:
        raise UsageError(f"the policy {path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"the policy {path} is not UTF-8: byte {error.start} cannot be read") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"the policy {path} is not TOML: {error}") from None
    except UsageError as error:
        raise UsageError(f"the policy {path}: {error}") from None


def _policy(data: dict[str, Any]) -> Policy:
    _known(data, "")
    late, attempts, extra = (_table(data, name) for name in ("late", "attempts", "extra"))
    zone, due = (
        _zone(data.get("timezone")),
        _date(data["deadline"], "deadline") if "deadline" in data else None,
    )
    here = zone or (due.tzinfo if due else None) or timezone.utc
    if due is not None and due.tzinfo is None and zone is None:
        raise UsageError(
            f'deadline is {due.isoformat(" ")}, of no zone; add timezone = "Europe/Vienna" or an offset'
        )
    deadline = _moment(due, here) if due is not None else None
    if deadline is None and (needless := {"late", "extension", "grace_minutes"} & set(data)):
        raise UsageError(f"{sorted(needless)[0]} says something about lateness, but there is no deadline")
    penalty, percent = _penalty(late.get("penalty_per_day", 0))
    return Policy(
        deadline=deadline,
        zone=here,
        grace_minutes=_number(data.get("grace_minutes", 0), "grace_minutes", 24 * 60),
        free_days=_whole(late.get("free_days", 0), "late.free_days", MOST_DAYS),
        used_days=_used(late.get("used", {})),
        penalty_per_day=penalty,
        penalty_in_percent=percent,
        max_days=_whole(late["max_days"], "late.max_days", MOST_DAYS) if "max_days" in late else None,
        beyond=_word(late.get("beyond", ZERO), "late.beyond", (ZERO, REFUSED)),
        count=_word(attempts.get("count", BEST), "attempts.count", (BEST, LAST)),
        per_day=_whole(attempts["per_day"], "attempts.per_day", 1000, 1) if "per_day" in attempts else None,
        extra_cap=_number(extra["cap"], "extra.cap", MOST_POINTS) if "cap" in extra else None,
        extensions=_extensions(data.get("extension", []), deadline, here),
    )


def _known(table: dict[str, Any], name: str) -> None:
    for key in table:
        if key not in KEYS[name]:
            place = f"[{name}] has no {key!r}" if name else f"there is no {key!r}"
            homes = [part for part, keys in KEYS.items() if part and key in keys]
            if homes and not name:
                raise UsageError(f"{place} at the top; it belongs into [{homes[0]}]")
            close = difflib.get_close_matches(key, KEYS[name], n=1, cutoff=0.5)
            raise UsageError(
                f"{place}; "
                + (f"did you mean {close[0]}?" if close else f"known are {', '.join(KEYS[name])}")
            )


def _table(data: dict[str, Any], name: str) -> dict[str, Any]:
    table = data.get(name, {})
    if not isinstance(table, dict):
        raise UsageError(f"{name} is {table!r}; it has to be a table: [{name}]")
    _known(table, name)
    return table


def _zone(name: object) -> tzinfo | None:
    if name is None:
        return None
    try:
        if isinstance(name, str) and name:
            return ZoneInfo(name)
    except (OSError, ValueError, LookupError):  # a missing key is a LookupError, a path a ValueError
        pass
    raise UsageError(f'timezone is {name!r}; it has to be the name of a zone, as "Europe/Vienna"')


def _date(value: object, name: str) -> datetime:
    """Return what a TOML date, a TOML time or a text names; a date alone is the midnight that ends it."""
    found = _parsed(value) if isinstance(value, str) else value
    if isinstance(found, date) and not isinstance(found, datetime) and found < date.max:
        found = datetime.combine(found, time()) + timedelta(days=1)
    if not isinstance(found, datetime) or not YEARS[0] <= found.year <= YEARS[1]:
        raise UsageError(f'{name} is {str(value)!r}; it has to be a date and a time, as "2026-11-24 23:59"')
    return found


def _moment(found: datetime, here: tzinfo) -> datetime:
    return found.astimezone(timezone.utc) if found.tzinfo is not None else moment(found, here)


def _parsed(text: str) -> datetime | date | None:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
            return date.fromisoformat(text.strip())
        return datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return None


def _number(value: object, name: str, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise UsageError(f"{name} is {value!r}; it has to be a number from 0 to {most:,.0f}")
    if not 0 <= value <= most:
        raise UsageError(f"{name} is {value:g}; it has to be from 0 to {most:,.0f}")
    return float(value)


def _whole(value: object, name: str, most: int, least: int = 0) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise UsageError(f"{name} is {value!r}; it has to be a whole number from {least} to {most}")
    return value


def _word(value: object, name: str, words: tuple[str, str]) -> str:
    if value not in words:
        raise UsageError(f"{name} is {value!r}; it has to be {words[0]!r} or {words[1]!r}")
    return str(value)


def _penalty(value: object) -> tuple[float, bool]:
    name = "late.penalty_per_day"
    if not isinstance(value, str):
        return _number(value, name, MOST_POINTS), False
    found = re.fullmatch(r"\s*(\d{1,3}(?:\.\d{1,6})?)\s*%\s*", value)
    if found is None or float(found[1]) > 100:
        raise UsageError(f'{name} is {value!r}; it has to be points, as 5, or a percentage, as "10 %"')
    return float(found[1]), True


def _used(value: object) -> tuple[tuple[str, int], ...]:
    if not isinstance(value, dict):
        raise UsageError(f"late.used is {value!r}; it has to name days by student: {{ s017 = 1 }}")
    for name, days in value.items():
        if isinstance(days, dict):
            raise UsageError(f"late.used.{name} is a table; an id with a dot has to stand in quotation marks")
    return tuple((name, _whole(days, f"late.used.{name}", MOST_DAYS)) for name, days in value.items())


def _extensions(value: object, deadline: datetime | None, here: tzinfo) -> tuple[Extension, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise UsageError("extension has to be a list of tables: [[extension]]")
    return tuple(_extension(entry, deadline, here) for entry in value if deadline is not None)


def _extension(entry: dict[str, Any], deadline: datetime, here: tzinfo) -> Extension:
    _known(entry, "extension")
    named = [who for who in WHO if who in entry]
    if len(named) != 1 or not isinstance(entry[named[0]], str) or not entry[named[0]]:
        names = " and ".join(f"{who} = {entry[who]!r}" for who in named) or "nobody"
        raise UsageError(
            f"an extension is for {names}; it has to name one student, section or group in quotes"
        )
    who, name = named[0], entry[named[0]]
    if ("days" in entry) == ("deadline" in entry):
        raise UsageError(f"the extension of {who} {name!r} has to have either days or a deadline")
    if "days" in entry:
        days = _whole(entry["days"], f"the extension of {who} {name!r}: days", MOST_DAYS, 1)
        return Extension(who, name, later(deadline, days, here))
    end = _moment(_date(entry["deadline"], f"the deadline of {who} {name!r}"), here)
    if end < deadline:
        shown = (at.astimezone(here).isoformat(" ") for at in (end, deadline))
        raise UsageError(f"the extension of {who} {name!r} ends {' before the deadline, '.join(shown)}")
    return Extension(who, name, end)
