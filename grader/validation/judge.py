"""Judges the grading of a specimen: is the result what the specimen says it has to be? Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator

from grader.result import CheckResult, Result, Tier, Verdict
from grader.run.verdicts import UNAVAILABLE
from grader.validation.corpus import Specimen


def verdicts(result: Result) -> dict[str, CheckResult]:
    """Return the checks of a result by "task name"."""
    return {f"{task.id} {check.name}": check for task in result.tasks for check in task.checks}


def _unavailable(check: CheckResult) -> bool:
    """Return whether a check is one that nothing here can grade: SKIPPED for no fault of the submission."""
    if check.verdict is not Verdict.SKIPPED:
        return False
    if check.message is None:
        return check.max_points == 0
    return check.message.kind == UNAVAILABLE


def reference(result: Result) -> list[str]:
    """Return what is wrong with the grading of the reference: it gets every point."""
    problems = [
        f"{name}: {c.verdict.value}"
        for name, c in verdicts(result).items()
        if c.verdict is not Verdict.PASS and not _unavailable(c)
    ]
    for tier, points in ((Tier.CORE, result.points), (Tier.EDGE, result.extra_points)):
        wanted = sum(
            c.max_points for c in verdicts(result).values() if c.tier is tier and not _unavailable(c)
        )
        if points != wanted:
            problems.append(f"{points} of {wanted} {'extra ' if tier is Tier.EDGE else ''}points")
    return problems


def skeleton(result: Result) -> list[str]:
    """Return what is wrong with the grading of the skeleton: no point, all FAIL "not implemented"."""
    problems = [
        f"{name}: {c.verdict.value} {c.message.kind if c.message else ''}"
        for name, c in verdicts(result).items()
        if not _unavailable(c)
        and (c.verdict is not Verdict.FAIL or c.message is None or c.message.kind != "not-implemented")
    ]
    if result.points or result.extra_points:
        problems.append(f"{result.points} + {result.extra_points} points")
    return problems


def mutant(specimen: Specimen, result: Result) -> list[str]:
    """Return what is wrong with the grading of a mutant: exactly the named checks fail, with the named hints."""
    found = verdicts(result)
    failed = {name for name, c in found.items() if c.verdict is Verdict.FAIL}
    wanted = set(specimen.fails)
    problems = [f"{name} has to FAIL, is {_word(found.get(name))}" for name in sorted(wanted - failed)]
    problems += [f"{name} fails, is not named" for name in sorted(failed - wanted)]
    problems += [
        f"{name}: {c.verdict.value}"
        for name, c in found.items()
        if c.verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE)
    ]
    for name, beginning in specimen.hints.items():
        check = found.get(name)
        hint = check.message.hint if check is not None and check.message is not None else ""
        if not hint.startswith(beginning):
            problems.append(f"{name}: hint {hint!r} does not begin with {beginning!r}")
    if not wanted:
        problems.append("names no check: a mutant that nothing has to catch is none")
    return problems


def _word(check: CheckResult | None) -> str:
    return check.verdict.value if check is not None else "not a check"


def variation(specimen: Specimen, result: Result, may_be_slow: frozenset[str] = frozenset()) -> list[str]:
    """Return what is wrong with the grading of a legitimate variation: it gets all core points.

    One that is slow names the checks of speed that it has to fail, and loses their points alone. Checks in
    `may_be_slow` may fail, too.
    """
    found = verdicts(result)
    lost = [
        n
        for n in sorted(may_be_slow - set(specimen.fails))
        if n in found and found[n].verdict is Verdict.FAIL
    ]
    problems = [
        f"{name}: {c.verdict.value} {c.message.text() if c.message else ''}"
        for name, c in found.items()
        if c.verdict is not Verdict.PASS
        and c.tier is Tier.CORE
        and not _unavailable(c)
        and name not in (*specimen.fails, *lost)
    ]
    slow = [found[name] for name in specimen.fails if name in found]
    problems += [f"{c.name} has to FAIL, is {c.verdict.value}" for c in slow if c.verdict is not Verdict.FAIL]
    problems += [f"{name} has to FAIL, is not a check" for name in specimen.fails if name not in found]
    # gates may be left out
    core = sum(c.max_points for c in found.values() if c.tier is Tier.CORE and not _unavailable(c))
    slow += [found[name] for name in lost]
    wanted = core - sum(c.max_points for c in slow if c.tier is Tier.CORE)
    if result.points != wanted:
        problems.append(f"{result.points} of {wanted} points")
    return problems


def attack(
    specimen: Specimen, result: Result, shown: str, canaries: tuple[str, ...], left: list[str]
) -> list[str]:
    """Return what an attack has achieved: a point, a verdict that is not its fault, a leak, something left behind.

    Args:
        shown: everything that a student can see: result file, report, console.
        canaries: strings that lie where a submission must not read.
        left: processes, files and sockets that were not there before.
    """
    problems = list(_gained(specimen, result))
    problems += [
        f"{name}: {c.verdict.value}"
        for name, c in verdicts(result).items()
        if c.verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE)
    ]
    problems += [f"leaked {text!r}" for text in (*canaries, *specimen.leaks) if text in shown]
    problems += [f"left behind: {thing}" for thing in left]
    problems += list(_unescaped(shown))
    for name, kind in specimen.kinds.items():
        check = verdicts(result).get(name)
        got = check.message.kind if check is not None and check.message is not None else "no message"
        if got != kind:
            problems.append(f"{name} is {got}, has to be {kind}")
    return problems


def _gained(specimen: Specimen, result: Result) -> Iterator[str]:
    """Yield what an attack has gained: any point, or, if it names checks in FAILS, a point or a verdict of those."""
    if not specimen.fails:
        if result.points + result.extra_points:
            yield f"gained {result.points} + {result.extra_points} points"
        return
    found = verdicts(result)
    for name in specimen.fails:
        check = found.get(name)
        if check is None or check.verdict is not Verdict.FAIL or check.points:
            yield f"{name} has to FAIL, is {_word(check)} with {check.points if check else 0} points"


def _unescaped(shown: str) -> Iterator[str]:
    for char, name in (("\x1b", "escape"), ("\u202e", "right-to-left override"), ("\x07", "bell")):
        if char in shown:
            yield f"a raw {name} character in the output"


def visible(result: Result, report: str, console: str) -> str:
    """Return everything that a student can see of a run."""
    return "\n".join((json.dumps(result.to_json(), ensure_ascii=False), report, console))
