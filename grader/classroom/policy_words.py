"""The rules of a course in sentences, for reports: no student is named, so that a report without names can say them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from grader.classroom.policy_rules import BEST, REFUSED, Policy


def sentences(policy: Policy) -> tuple[str, ...]:
    """Return the rules in sentences."""
    return (
        *_lateness(policy),
        "The best attempt counts, after its penalty." if policy.count == BEST else "The last attempt counts.",
        *_limits(policy),
        "Members of a group share their submissions; the same attempt counts for all of them"
        + (", and its late days are charged to each." if policy.deadline else "."),
        "Where the grader could not judge, no points are lost, and staff look first.",
    )


def _lateness(policy: Policy) -> list[str]:
    if policy.deadline is None:
        return ["There is no deadline."]
    grace = f", with {policy.grace_minutes:g} minutes of grace" if policy.grace_minutes else ""
    found = [f"The deadline is {shown(policy.deadline, policy)}{grace}."]
    found += [
        f"Section {e.name} has until {shown(e.deadline, policy)}."
        for e in policy.extensions
        if e.who == "section"
    ]
    for who, number in sorted(Counter(e.who for e in policy.extensions if e.who != "section").items()):
        found.append(f"{number} {who}{' has' if number == 1 else 's have'} a later deadline.")
    if policy.free_days:
        found.append(f"Each student has {days(policy.free_days)} of lateness free; begun days count.")
    if policy.penalty_per_day:
        found.append(f"Each {'further ' if policy.free_days else ''}late day takes off {_penalty(policy)}.")
    if policy.max_days is not None:
        outcome = "is not counted" if policy.beyond == REFUSED else "counts 0"
        found.append(f"What is more than {days(policy.max_days)} late {outcome}.")
    found.append("What nothing tells the time of is on time.")
    return found


def _limits(policy: Policy) -> list[str]:
    found = []
    if policy.per_day is not None:
        found.append(
            f"Of each day the first {policy.per_day} attempts can count."
            if policy.per_day > 1
            else "Of each day the first attempt can count."
        )
    if policy.extra_cap is not None:
        found.append(f"At most {policy.extra_cap:g} extra points count.")
    return found


def _penalty(policy: Policy) -> str:
    if policy.penalty_in_percent:
        return f"{policy.penalty_per_day:g} % of what was earned"
    return points(policy.penalty_per_day)


def days(number: int) -> str:
    """Return "1 day" or "2 days"."""
    return f"{number} day{'' if number == 1 else 's'}"


def points(number: float) -> str:
    """Return "1 point" or "2.5 points"."""
    return f"{round(number, 2):.10g} point{'' if number == 1 else 's'}"


def shown(at: datetime, policy: Policy) -> str:
    """Return a moment as clocks of the course show it, with the zone."""
    there = at.astimezone(policy.zone)
    name = getattr(policy.zone, "key", "") or there.tzname()
    return f"{there:%Y-%m-%d %H:%M}{f':{there:%S}' if there.second else ''} ({name})"
