"""What a course has agreed on: deadline, late days, attempts, extra points. Data, and the arithmetic of its dates.

A day of lateness ends when the clock on the wall shows the deadline's time again, so days on which clocks are changed
have 23 or 25 hours. Knows nothing about files, results or what a submission is worth.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo

from grader.class_result import Student

BEST, LAST = "best", "last"
ZERO, REFUSED = "zero", "refused"
YEARS = (1971, 9000)  # a time outside is none that anybody handed something in at


@dataclass(frozen=True)
class Extension:
    """A later deadline for a student, a section or a group."""

    who: str  # "student", "section" or "group"
    name: str
    deadline: datetime  # UTC


@dataclass(frozen=True)
class Policy:
    """The rules of a course for one week. The defaults change nothing: no deadline, the best attempt counts."""

    deadline: datetime | None = None  # UTC; the last moment that is on time
    zone: tzinfo = timezone.utc
    grace_minutes: float = 0.0  # how much later than each deadline still is on time
    free_days: int = 0  # late days that cost nothing, for each student
    used_days: tuple[tuple[str, int], ...] = ()  # (student, days): of them in earlier weeks
    penalty_per_day: float = 0.0
    penalty_in_percent: bool = False  # of what was earned; otherwise points
    max_days: int | None = None
    beyond: str = ZERO  # what is later than `max_days` counts 0, or is REFUSED: not counted at all
    count: str = BEST  # after penalties; or LAST
    per_day: int | None = None  # attempts of a calendar day that may count
    extra_cap: float | None = None
    extensions: tuple[Extension, ...] = ()

    def due(self, *whose: tuple[str, str]) -> datetime | None:
        """Return the latest deadline that holds for (who, name) pairs: ("section", "B")."""
        if self.deadline is None:
            return None
        return max([self.deadline, *(e.deadline for e in self.extensions if (e.who, e.name) in whose)])

    def due_for(self, student: Student) -> datetime | None:
        """Return a student's own deadline, every extension considered."""
        return self.due(("student", student.id), ("section", student.section), ("group", student.group))

    def free_for(self, student: Student) -> int:
        """Return how many free late days a student has left."""
        return max(self.free_days - dict(self.used_days).get(student.id, 0), 0)

    def days_late(self, at: datetime, due: datetime | None) -> int:
        """Return by how many begun days `at` is later than `due` and the grace: 0 is on time."""
        grace = timedelta(minutes=self.grace_minutes)
        if due is None or at <= due + grace:
            return 0
        days = max((at - due - grace).days - 1, 1)  # one fewer than it can be, clocks changed or not
        while at > later(due, days, self.zone) + grace:
            days += 1
        return days

    def day(self, at: datetime) -> date:
        """Return the calendar day of a moment where the course is."""
        return at.astimezone(self.zone).date()


def later(due: datetime, days: int, zone: tzinfo) -> datetime:
    """Return the moment so many days later at which clocks in `zone` show the same time, as UTC."""
    return moment(due.astimezone(zone).replace(tzinfo=None) + timedelta(days=days), zone)


def moment(wall: datetime, zone: tzinfo) -> datetime:
    """Return when a clock shows `wall`, as UTC; the later of two readings on a day on which clocks are changed."""
    readings = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return max(reading.astimezone(timezone.utc) for reading in readings)


def instant(text: str) -> datetime | None:
    """Return the moment that an ISO 8601 text names, UTC where it has no zone; None if it names none."""
    try:
        found = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    if not YEARS[0] <= found.year <= YEARS[1]:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)
