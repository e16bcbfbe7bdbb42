"""Kernel speed of a class: one strip per gate, a mark per student, nobody named.

Knows nothing about SVG; `class_charts` draws.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from grader.class_result import ClassResult
from grader.report.class_charts import Ratio, Scale, strip
from grader.report.speed import LETTERS, REFERENCE, kind
from grader.speed_result import SpeedResult, three


@dataclass(frozen=True)
class Strip:
    """One gate."""

    label: str
    against: str
    bound: str
    tally: str  # "44 PASS, 3 FAIL"
    sentence: str
    picture: Markup


@dataclass(frozen=True)
class StripGroup:
    """Gates that share a heading and an axis."""

    title: str
    what: str  # what a ratio is, and which side is better
    strips: tuple[Strip, ...]


def strip_groups(result: ClassResult) -> tuple[StripGroup, ...]:
    """Return the gates of the counted attempts, those against the reference first; empty if none was measured."""
    gates: dict[tuple[str, str, str, float, str], list[SpeedResult]] = {}
    for attempt in result.graded:
        for task in attempt.result.by_day if attempt.result is not None else ():
            for check in task.checks:
                gate = check.speed
                if gate is not None and gate.wall[0] > 0:
                    key = (gate.group, gate.label, gate.against, gate.threshold, gate.unit)
                    gates.setdefault(key, []).append(gate)
    ordered = sorted(gates.values(), key=lambda found: kind(found[0].against) != REFERENCE)
    numbers = itertools.count()
    groups = [list(members) for _, members in itertools.groupby(ordered, key=_heading)]
    return tuple(_group(group, [next(numbers) for _ in group]) for group in groups)


def _heading(found: list[SpeedResult]) -> tuple[str, str, bool]:
    return found[0].group, found[0].unit, kind(found[0].against) == REFERENCE


def _group(gates: Sequence[list[SpeedResult]], numbers: Sequence[int]) -> StripGroup:
    first = gates[0][0]
    believed = [gate for found in gates for gate in found if gate.verdict != "INVALID"]
    edges = [value for gate in believed for value in gate.wall]
    scale = Scale.over([*edges, 1.0, *(found[0].threshold for found in gates)])
    strips = tuple(_strip(found, scale, n) for found, n in zip(gates, numbers, strict=True))
    what = {"memory": "Memory", "throughput": "Texts in the same time"}.get(first.unit, "Time per call")
    better = "right is better" if first.unit == "throughput" else "left is better"
    return StripGroup(first.group, f"{what} as a multiple of the one it is compared with; {better}.", strips)


def _strip(gates: Sequence[SpeedResult], scale: Scale, number: int) -> Strip:
    first = gates[0]
    more = first.unit == "throughput"
    ordered = sorted(gates, key=lambda gate: -gate.wall[0] if more else gate.wall[0])
    ratios = [Ratio(*gate.wall, LETTERS.get(gate.verdict, "I")) for gate in ordered]
    counts = [
        (word, sum(g.verdict == word for g in gates)) for word in ("PASS", "FAIL", "INCONCLUSIVE", "INVALID")
    ]
    tally = ", ".join(f"{n} {word}" for word, n in counts if n or word == "PASS")
    median = statistics.median(gate.wall[0] for gate in gates)
    better = sum(gate.wall[0] > 1 if more else gate.wall[0] < 1 for gate in gates)
    words = {"memory": "smaller", "throughput": "more"}.get(first.unit, "faster")
    sentence = f"median {three(median)}x, {better or 'none'} {words} than {first.against}"
    summary = (
        f"{len(gates)} submissions sorted by ratio with 95 percent intervals. {tally}; {sentence}. "
        f"The gate is {first.bound_text()}."
    )
    title = f"{first.label}, as a multiple of {first.against}"
    return Strip(
        label=first.label,
        against=first.against,
        bound=first.bound_text(),
        tally=tally,
        sentence=sentence,
        picture=strip(f"strip{number}", ratios, scale, first.threshold, title, summary),
    )
