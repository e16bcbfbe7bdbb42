"""Decides what counts for a student: which attempt, after which penalty, and what staff has to look at first.

Pure: attempts and rules in, a `Grade` out, each rule that changed something in a sentence. A result is taken as it is:
a check that the grader could not judge keeps the points that the result gives it, and makes the grade pending.

Members of a group share their attempts. Which one counts is decided on equal terms for all of them, by the group's
deadline and without what single members have used or been granted; the late days are then charged to each member.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from grader.class_result import Attempt, Grade, Student
from grader.classroom.policy_file import read
from grader.classroom.policy_rules import BEST, REFUSED, Policy, instant
from grader.classroom.policy_words import days, points, sentences, shown
from grader.result import CheckResult, Tier, Verdict

__all__ = ["Policy", "apply", "deadline", "read", "sentences", "strangers"]

UNJUDGED = (Verdict.ERROR, Verdict.INCONCLUSIVE)
BEGINNING = datetime.min.replace(tzinfo=timezone.utc)
NAMED = 3  # checks that a sentence names


@dataclass(frozen=True)
class _Terms:
    """On which terms an attempt is valued."""

    due: datetime | None
    free_days: int


@dataclass(frozen=True)
class _Valued:
    """An attempt and what it is worth on some terms."""

    attempt: Attempt
    points: float
    extra: float
    penalty: float
    refused: bool  # too late to be counted at all
    charged_days: int  # late days that are not free

    @property
    def total(self) -> float:
        return max(round(self.points + self.extra - self.penalty, 4), 0.0)

    @property
    def known(self) -> bool:
        """Whether it is known what the attempt is worth: the grader has not failed on it."""
        return self.attempt.result is not None or self.attempt.fault == "submission"

    @property
    def may_count(self) -> bool:
        return not self.refused and not self.attempt.over_limit


def apply(student: Student, attempts: Sequence[Attempt], policy: Policy) -> Grade:
    """Return what counts for a student.

    Args:
        student: whose grade it is.
        attempts: the student's own and, for a member of a group, those of the others, in any order.
        policy: the rules.

    Returns:
        The grade. Its attempts are in the order of time, what nothing tells the time of first, and carry the days
        by which each is late for this student.
    """
    ordered = _limited(sorted(attempts, key=_order), policy)
    own = _Terms(policy.due_for(student), policy.free_for(student))
    equal = _Terms(policy.due(("group", student.group)), policy.free_days) if student.group else own
    choice = _chosen([_valued(a, equal, policy) for a in ordered], policy)
    valued = [_valued(a, own, policy) for a in ordered]
    counted = None if choice is None else valued[choice]
    grade = Grade(
        student,
        attempts=tuple(v.attempt for v in valued),
        reasons=tuple(_reasons(student, valued, counted, own, policy)),
        pending="; ".join(_pending(valued, counted, policy)),
    )
    if counted is None:
        return grade
    return replace(
        grade,
        counted=counted.attempt,
        points=counted.points,
        extra=counted.extra,
        penalty=counted.penalty,
        total=counted.total,
    )


def deadline(policy: Policy) -> str:
    """Return the deadline as ISO 8601 in UTC; empty if there is none."""
    return "" if policy.deadline is None else policy.deadline.astimezone(timezone.utc).isoformat()


def strangers(policy: Policy, students: Sequence[Student]) -> tuple[str, ...]:
    """Return a sentence for each student, section and group that the rules name and the roster has not."""
    known = {
        (who, getattr(s, "id" if who == "student" else who))
        for s in students
        for who in ("student", "section", "group")
    }
    named = [*((e.who, e.name) for e in policy.extensions), *(("student", s) for s, _ in policy.used_days)]
    return tuple(
        f"the policy names the {who} {name!r}, who is not in the roster"
        if who == "student"
        else f"the policy names the {who} {name!r}, which is not in the roster"
        for who, name in dict.fromkeys(named)
        if (who, name) not in known
    )


def _order(attempt: Attempt) -> tuple[datetime, int, str, str]:
    return instant(attempt.submitted_at) or BEGINNING, attempt.number, attempt.student, attempt.source


def _limited(ordered: Sequence[Attempt], policy: Policy) -> list[Attempt]:
    """Mark what was handed in after a day's last allowed attempt."""
    seen: Counter[object] = Counter()
    marked = []
    for attempt in ordered:
        at = instant(attempt.submitted_at)
        over = False
        if policy.per_day is not None and at is not None:
            seen[policy.day(at)] += 1
            over = seen[policy.day(at)] > policy.per_day
        marked.append(replace(attempt, over_limit=over))
    return marked


def _valued(attempt: Attempt, terms: _Terms, policy: Policy) -> _Valued:
    at = instant(attempt.submitted_at)
    late = 0 if at is None else policy.days_late(at, terms.due)
    core = attempt.result.points if attempt.result else 0.0
    extra = attempt.result.extra_points if attempt.result else 0.0
    if policy.extra_cap is not None:
        extra = min(extra, policy.extra_cap)
    earned = core + extra
    charged = max(late - terms.free_days, 0)
    rate = earned * policy.penalty_per_day / 100 if policy.penalty_in_percent else policy.penalty_per_day
    beyond = policy.max_days is not None and late > policy.max_days
    penalty = earned if beyond else min(round(charged * rate, 2), earned)
    refused = beyond and policy.beyond == REFUSED
    return _Valued(replace(attempt, days_late=late), core, extra, penalty, refused, charged)


def _chosen(valued: Sequence[_Valued], policy: Policy) -> int | None:
    """Return which attempt counts: the last, or the best; of equals one with a result, then the earlier."""
    able = [i for i, v in enumerate(valued) if v.may_count and v.known]
    if not able:
        return None
    if policy.count != BEST:
        return able[-1]
    return max(able, key=lambda i: (valued[i].total, valued[i].attempt.result is not None, -i))


def _reasons(
    student: Student, valued: Sequence[_Valued], counted: _Valued | None, own: _Terms, policy: Policy
) -> Iterator[str]:
    several = len(valued) > 1
    if own.due is not None and own.due != policy.deadline:
        yield f"a later deadline: {shown(own.due, policy)}"
    for v in valued:
        name = _name(v.attempt, student) if several else "it"
        if not instant(v.attempt.submitted_at):
            yield f"nothing says when {name} was handed in: on time"
        if v.attempt.over_limit:
            yield f"{name} came after the day's {policy.per_day} allowed: graded, not counted"
        if v.refused:
            yield f"{name} is {days(v.attempt.days_late)} late, more than {policy.max_days}: not counted"
    if counted is None:
        return
    if several:
        yield f"the {policy.count} counts: {_name(counted.attempt, student)}"
    elif counted.attempt.student != student.id:
        yield f"handed in by {counted.attempt.student} of the same group"
    if counted.attempt.result is None:
        yield f"it counts 0: {counted.attempt.problem or 'it could not be graded'}"
        return
    earned = counted.attempt.result.extra_points
    if counted.extra < earned:
        yield f"{points(earned)} beyond the core, of which {counted.extra:g} count"
    yield from _lateness(counted, own, policy)


def _name(attempt: Attempt, student: Student) -> str:
    whose = f" of {attempt.student}" if attempt.student != student.id else ""
    return f"attempt {attempt.number}{whose}"


def _lateness(counted: _Valued, own: _Terms, policy: Policy) -> Iterator[str]:
    late = counted.attempt.days_late
    if not late:
        return
    if policy.max_days is not None and late > policy.max_days:
        yield f"{days(late)} late, more than {policy.max_days}: it counts 0"
        return
    free = f", {late - counted.charged_days} of them free" if late > counted.charged_days else ""
    if policy.penalty_in_percent:
        rate = f"{policy.penalty_per_day:g} % of {points(counted.points + counted.extra)}"
    else:
        rate = points(policy.penalty_per_day)
    taken = f": {counted.charged_days} x {rate}, {points(counted.penalty)} off" if counted.penalty else ""
    yield f"{days(late)} late{free}{taken or ': nothing is taken off'}"


def _pending(valued: Sequence[_Valued], counted: _Valued | None, policy: Policy) -> Iterator[str]:
    """Yield why staff has to look before the grade is final: what may still change it."""
    after = valued.index(counted) if counted is not None else -1
    for i, v in enumerate(valued):
        held = list(_unjudged(v.attempt))
        missing = sum(check.max_points - check.points for _, check in held)
        if policy.count == BEST:
            open_end = not v.known or _cut_off(v.attempt)
            matters = open_end or counted is None or v.total + missing > counted.total
        else:
            matters = i > after
        if v.may_count and (v is counted or matters):
            yield from _unsettled(v, held)


def _unsettled(v: _Valued, held: Sequence[tuple[str, CheckResult]]) -> Iterator[str]:
    """Yield what is not settled about one attempt."""
    name = f"attempt {v.attempt.number} of {v.attempt.student}"
    if not v.known:
        yield f"{name} could not be graded: {v.attempt.problem or 'it has no result'}"
    if _cut_off(v.attempt):
        yield f"the run of {name} was cut off"
    if held:
        words = [f"{task} {check.name} {check.verdict.value}" for task, check in held[:NAMED]]
        more = f" and {len(held) - NAMED} more" if len(held) > NAMED else ""
        yield f"{name} has core checks that could not be judged: {', '.join(words)}{more}"


def _cut_off(attempt: Attempt) -> bool:
    return attempt.result is not None and not attempt.result.complete


def _unjudged(attempt: Attempt) -> Iterator[tuple[str, CheckResult]]:
    """Yield the core checks of an attempt about which the grader could not say anything, with their tasks."""
    for task in attempt.result.tasks if attempt.result else ():
        yield from ((task.id, c) for c in task.checks if c.tier is Tier.CORE and c.verdict in UNJUDGED)
