"""The words for what the checks on Metal kernels find: a rule that a thread breaks, a kernel that ends, a count.

Every text that comes from a replay is cleaned here: the process that wrote it has run a submission's kernels.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.course.model import Case
from grader.metal_result import Access, Count, SourceLine, Trace
from grader.run.findings import Finding
from grader.speed_result import three
from grader.worker.faults import clean
from grader.worker.replays import Replayed

COMPUTED = "the answer comes out of a Metal kernel of the submission"
RULES = "every thread keeps the rules of Metal: bounds, barriers, nothing read before it is written"
PROXY = "a proxy, not time"
AROUND = 3  # lines of source above and below an access
MOST_LINES = 24
TEXT_CHARS = 700
SIMD_WIDTH = 32


def nothing_launched() -> Finding:
    """Return the finding for an answer without any kernel."""
    return Finding(
        "not-on-gpu", COMPUTED, "no Metal kernel was launched in this call: the answer was computed otherwise"
    )


def handed_over() -> Finding:
    """Return the finding for a kernel that got the answer as its input."""
    return Finding(
        "forbidden",
        COMPUTED,
        "a Metal kernel was given the finished answer: it was computed otherwise, before the kernel ran",
    )


def broken(one: Replayed) -> Finding:
    """Return the finding for a kernel that could not be run to its end."""
    fault = clean(one.fault, TEXT_CHARS)
    return Finding(
        "crash", RULES, f"kernel {_kernel(one)}: {fault}", neutral="a kernel cannot be run to its end"
    )


def over(count: Count) -> Finding:
    """Return the finding for a count over its limit."""
    assert count.limit is not None
    expected = f"{count.name}: at most {three(count.limit)}x of {count.against} ({PROXY})"
    got = f"{count.yours:,.0f}, {three(count.ratio)}x of the {count.other:,.0f} of {count.against}"
    return Finding("traffic", expected, got)


def sizes(case: Case) -> str:
    """Return the axes of a case in a line."""
    return ", ".join(f"{name} = {value}" for name, value in case.axes.items() if name != "inputs")


def is_soft(found: Any) -> bool:
    """Tell whether a kernel with this diagnostic may still be right on a GPU."""
    return bool(found.is_soft or found.same_value)


def finding(found: Any, one: Replayed, files: Mapping[str, bytes]) -> Finding:
    """Return the finding for a diagnostic of the simulator."""
    place = found.frames[0] if found.frames else None
    where = f" at {place.file}:{place.line}" if place else ""
    return Finding(
        kind=found.kind,
        expected=RULES,
        got=clean(found.sentence, TEXT_CHARS),
        region=f"kernel {_kernel(one)}, run {one.setting.words}",
        neutral=f"{found.kind.replace('-', ' ')} in kernel {_kernel(one)}{where}",
        hint=clean(f"usually: {found.usual_cause}", TEXT_CHARS) if found.usual_cause else "",
        trace=trace(found, one, files),
    )


def trace(found: Any, one: Replayed, files: Mapping[str, bytes]) -> Trace:
    """Return who did what and where, for the drawing, with the lines of source around."""
    accesses = [
        _access(thread, frames, does)
        for thread, frames, does in (
            (found.thread, found.frames, _does(found, found.is_write)),
            (found.other, found.other_frames, _does(found, found.other_is_write)),
        )
        if thread is not None
    ]
    name = found.frames[0].file if found.frames else ""
    marks = {}
    for frames, does in (
        (found.other_frames, _does(found, found.other_is_write)),
        (found.frames, _does(found, found.is_write)),
    ):
        if frames and frames[0].file == name:
            marks[frames[0].line] = {"writes": "write", "reads": "read"}.get(does, "barrier")
    x, y, z = one.dispatch.threadgroup
    return Trace(
        kernel=_kernel(one),
        element=_element(found),
        simdgroups=min((x * y * z + SIMD_WIDTH - 1) // SIMD_WIDTH, 1024),
        accesses=tuple(accesses),
        source=_source(files.get(name, b""), marks),
        file=name,
        meaning=clean(found.means, TEXT_CHARS),
    )


def _kernel(one: Replayed) -> str:
    return clean(one.dispatch.kernel, 120)


def _does(found: Any, is_write: bool) -> str:
    if "barrier" in found.kind or found.kind in ("deadlock", "simdgroup-divergence"):
        return "waits"
    return "writes" if is_write else "reads"


def _access(thread: Any, frames: Any, does: str) -> Access:
    place = f"{frames[0].file}:{frames[0].line}" if frames else ""
    return Access(does, thread.position, thread.threadgroup, thread.simdgroup, thread.lane, place)


def _element(found: Any) -> str:
    if not found.name:
        return ""
    index = "" if found.element is None else f"[{found.element}]"
    return f"{clean(found.name, 60)}{index}"


def _source(text: bytes, marks: Mapping[int, str]) -> tuple[SourceLine, ...]:
    """Return the marked lines and a few around each."""
    lines = text.decode("utf-8", "backslashreplace").split("\n")
    shown = sorted(
        {n for line in marks for n in range(line - AROUND, line + AROUND + 1) if 0 < n <= len(lines)}
    )
    return tuple(
        SourceLine(n, clean(lines[n - 1].replace("\t", "    "), 160), marks.get(n, ""))
        for n in shown[:MOST_LINES]
    )
