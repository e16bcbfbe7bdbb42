"""What the speed section says: gates as tables of bars, rooflines and growth, with every sentence.

Knows nothing about SVG; `bars`, `roofline` and `growth` draw.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from grader.report.bars import Axis, bar, bar_axis, unit_of
from grader.report.gate_words import why
from grader.report.growth import growth
from grader.report.roofline import Mark, Place, roofline
from grader.result import Result
from grader.speed_result import Bar, SpeedResult, three

LETTERS = {"PASS": "P", "FAIL": "F", "INCONCLUSIVE": "I", "INVALID": "F"}
YOU, REFERENCE, OTHER = "you", "ref", "other"
SAME_PLACE = 1.15  # shapes whose FLOP per byte differ by less than this share a place in the roofline


@dataclass(frozen=True)
class Row:
    """One implementation in a table: its texts and its bar."""

    name: str
    kind: str  # you, ref or other
    median: str
    interval: str
    ratio: str
    picture: Markup
    rates: tuple[str, str, str] = ("", "", "")  # GFLOP/s, GB/s, share of the roof; in a benchmark


@dataclass(frozen=True)
class Shape:
    """One gate in a table."""

    label: str
    ratio: str  # "1.69x of rung 2 [1.65, 1.74]"; empty if nothing is asked for
    verdict: str
    letter: str
    rows: tuple[Row, ...]
    gate: str  # "gate: 1.15x of rung 2"
    gate_figure: str  # "gate 0.966", for a narrow screen
    axis: Markup
    why: str
    left_out: tuple[tuple[str, str], ...] = ()  # name and reason of who has no bar


@dataclass(frozen=True)
class Group:
    """One table."""

    title: str
    what: str  # "time per call" or "memory"
    against: str
    shapes: tuple[Shape, ...]
    roofline: Markup
    roofline_note: str
    rated: bool = False  # whether rows have rates in place of ratios


@dataclass(frozen=True)
class Growth:
    """One chart of a gate that compares a submission with itself."""

    question: str
    picture: Markup
    sentence: str
    verdict: str
    letter: str
    why: str


@dataclass(frozen=True)
class Speed:
    """The whole section."""

    groups: tuple[Group, ...]
    growths: tuple[Growth, ...]
    passed: int
    total: int


def speed_section(result: Result) -> Speed | None:
    """Return what the speed section of a run shows; None if no gate was measured."""
    gates = [check.speed for task in result.tasks for check in task.checks if check.speed is not None]
    if not gates:
        return None
    grown = [gate for gate in gates if _grows(gate)]
    compared = [gate for gate in gates if not _grows(gate)]
    return Speed(
        groups=groups(compared),
        growths=tuple(_growth(gate, i) for i, gate in enumerate(grown)),
        passed=sum(gate.verdict == "PASS" for gate in gates),
        total=len(gates),
    )


def groups(gates: Iterable[SpeedResult]) -> tuple[Group, ...]:
    """Return one table per group of gates, in the order of their first ones."""
    by_name: dict[str, list[SpeedResult]] = {}
    for gate in gates:
        by_name.setdefault(gate.group, []).append(gate)
    return tuple(_group(name, members, i) for i, (name, members) in enumerate(by_name.items()))


def _group(name: str, gates: list[SpeedResult], number: int) -> Group:
    axis = Axis.over(
        [edge for gate in gates for bar in gate.bars for edge in (bar.low_s, bar.high_s)]
        + [place for gate in gates if (place := _gate_place(gate)) is not None],
        memory=gates[0].unit == "memory",
    )
    picture, note = _roofline(gates, name, number)
    return Group(
        title=name,
        what="memory" if gates[0].unit == "memory" else "time per call",
        against=gates[0].against,
        shapes=tuple(_shape(gate, axis, f"shape{number}-{i}") for i, gate in enumerate(gates)),
        roofline=picture,
        roofline_note=note,
    )


def _shape(gate: SpeedResult, axis: Axis, name: str) -> Shape:
    place = _gate_place(gate)
    base = _bar(gate, gate.against)
    unit = axis.unit
    rows = tuple(
        Row(
            name=shown(drawn.name),
            kind=kind(drawn.name),
            median=f"{three(drawn.median_s / unit.size)} {unit.name}",
            interval=f"{three(drawn.low_s / unit.size)} to {three(drawn.high_s / unit.size)}",
            ratio=f"{three(drawn.median_s / base.median_s)}x"
            if base is not None and base.median_s > 0
            else "",
            picture=bar(axis, drawn, kind(drawn.name), name, place is not None),
        )
        for drawn in gate.bars
    )
    return Shape(
        label=gate.label,
        ratio=gate.ratio_text() if gate.verdict else "",
        verdict=gate.verdict,
        letter=LETTERS.get(gate.verdict, "S"),
        rows=rows,
        gate=f"gate: {gate.bound_text()} of {gate.against}" if gate.verdict else "",
        gate_figure="" if place is None else f"gate {three(place / unit.size)}",
        axis=bar_axis(axis, place, name),
        why=why(gate),
    )


def shown(name: str) -> str:
    """Return a bar's name as the reader sees it."""
    return {"yours": "you", "mlx": "MLX"}.get(name, name)


def kind(name: str) -> str:
    """Return whose bar it is by its name: the student's, the reference's, or another library's."""
    if name == "yours":
        return YOU
    return REFERENCE if name.startswith(("rung", "last rung", "reference")) else OTHER


def _bar(gate: SpeedResult, name: str) -> Bar | None:
    return next((bar for bar in gate.bars if bar.name == name), None)


def _gate_place(gate: SpeedResult) -> float | None:
    """Return where on the axis the submission's bar has to end; None if the gate refers to no bar."""
    base = _bar(gate, gate.against)
    if base is None or gate.threshold <= 0 or not gate.verdict:
        return None
    return base.median_s / gate.threshold if gate.unit == "throughput" else base.median_s * gate.threshold


_NUMBERED = re.compile(r"(.*?)\s*=?\s*([0-9]{1,9})$", re.DOTALL)


def _own(gate: SpeedResult) -> list[Bar]:
    """Return the bars that are the submission's: all but one that is a bound in words ("the bound")."""
    return [bar for bar in gate.bars if bar.name != gate.against or _NUMBERED.match(bar.name)]


def _numbers(gate: SpeedResult) -> tuple[str, list[int]] | None:
    """Return what grows and its values, if every bar is called after one: ("position", [50, 500])."""
    bars = _own(gate)
    found = [_NUMBERED.match(bar.name) for bar in bars]
    names = {match.group(1) for match in found if match}
    if len(bars) < 2 or None in found or len(names) != 1 or kind(bars[0].name) != OTHER:
        return None
    values = [int(match.group(2)) for match in found if match]
    return (names.pop(), values) if len(set(values)) == len(values) else None


def _grows(gate: SpeedResult) -> bool:
    return gate.unit in ("time", "memory") and _numbers(gate) is not None


def _growth(gate: SpeedResult, number: int) -> Growth:
    found = _numbers(gate)
    assert found is not None
    what, values = found
    memory = gate.unit == "memory"
    pairs = sorted(zip(values, _own(gate), strict=True), key=lambda pair: pair[0])
    unit = unit_of([bar.median_s for bar in gate.bars], memory)
    cost = "memory" if memory else "time"
    summary = f"{cost.capitalize()} is " + ", ".join(
        f"{three(bar.median_s / unit.size)} {unit.name} at {what} {value:,}" for value, bar in pairs
    )
    base = _bar(gate, gate.against) or pairs[0][1]
    picture = growth(
        f"growth{number}",
        pairs,
        unit,
        what,
        base.median_s * gate.threshold,
        (f"{cost.capitalize()} against {what}", f"{summary}."),
    )
    question = (
        "Does memory grow as the text grows?" if memory else "Does a token cost more as the text grows?"
    )
    sentence = f"{gate.group}, {gate.label}: {gate.ratio_text()}, gate {gate.bound_text()}."
    return Growth(question, picture, sentence, gate.verdict, LETTERS.get(gate.verdict, "S"), why(gate))


def _roofline(gates: list[SpeedResult], name: str, number: int) -> tuple[Markup, str]:
    """Draw achieved speed under the machine's roofs, for the shapes whose work was counted."""
    counted = [g for g in gates if g.flops > 0 and g.moved_bytes > 0 and g.bars and g.unit == "time"]
    peaks = next(((g.peak_flops, g.peak_bytes_per_s) for g in counted if g.peak_flops > 0), None)
    if peaks is None or peaks[1] <= 0:
        return Markup(""), ""
    places: list[Place] = []
    for gate in counted:
        intensity = gate.flops / gate.moved_bytes
        if any(1 / SAME_PLACE < intensity / other.intensity < SAME_PLACE for other in places):
            continue
        marks = tuple(
            Mark(shown(bar.name), kind(bar.name), gate.flops / bar.median_s)
            for bar in gate.bars
            if bar.median_s > 0
        )
        places.append(Place(gate.label, intensity, marks))
    title = (f"Roofline: {name}", " ".join(_reached(place, *peaks) for place in places))
    note = "Both axes are logarithmic. Numbered circles are rungs of the reference, R is the reference as it ships"
    if len(places) < len(counted):
        note += "; of shapes with the same work per byte the first is drawn"
    return roofline(f"roofline{number}", places, peaks, title), f"{note}."


def _reached(place: Place, peak_flops: float, peak_bytes_per_s: float) -> str:
    roof = min(peak_flops, place.intensity * peak_bytes_per_s)
    best = next((mark for mark in place.marks if mark.kind == YOU), None) or max(
        place.marks, key=lambda mark: mark.flops
    )
    share = 100 * best.flops / roof if math.isfinite(roof) and roof > 0 else 0.0
    who = "you reach" if best.kind == YOU else f"{best.name} reaches"
    limit = "memory" if place.intensity * peak_bytes_per_s < peak_flops else "arithmetic"
    return (
        f"{place.label}: {who} {three(best.flops / 1e9)} of the {three(roof / 1e9)} GFLOP/s that {limit} "
        f"allows ({three(share)} %)."
    )
