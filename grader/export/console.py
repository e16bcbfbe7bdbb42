"""What the terminal shows at the end of a run, and of the history: renderables for rich.

Covered: no text of a submission is read as markup, moves the cursor, changes the direction of writing or ends
the program by being unprintable. Knows nothing about the command line; the caller brings the console.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.result import CheckResult, Message, Result, TaskResult, Tier, Verdict

if TYPE_CHECKING:
    from grader.store.records import RunRow

_STYLE = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.SKIPPED: "yellow",
    Verdict.INCONCLUSIVE: "magenta",
    Verdict.ERROR: "bold white on red",
}
_INVISIBLE = frozenset({"Cc", "Cs", "Zl", "Zp"})  # control characters, lone surrogates, separators of lines
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def summary(result: Result, limit: int = 3) -> RenderableType:
    """Return everything that the end of a run shows: the tasks, the first `limit` messages, the score."""
    gates = speed_lines(result)
    return Group(
        table(result), "", *([gates, ""] if gates else []), messages(result, limit), score_line(result)
    )


def table(result: Result) -> RenderableType:
    """Return one line per task: id, title, verdict, points and extra points; a rule between days."""
    found = Table(
        box=box.SIMPLE_HEAD, title=plain(result.title), title_justify="left", pad_edge=False, show_edge=False
    )
    for name, justify in (("Task", "left"), ("Title", "left"), ("Verdict", "left")):
        found.add_column(name, justify=justify, no_wrap=name != "Title")  # type: ignore[arg-type]
    found.add_column("Points", justify="right", no_wrap=True)
    found.add_column("Extra", justify="right", no_wrap=True)
    day = None
    for task in result.by_day:
        if day not in (None, task.day):
            found.add_section()
        day = task.day
        found.add_row(*_task_cells(task))
    return found


def _task_cells(task: TaskResult) -> Iterator[RenderableType]:
    yield plain(task.id)
    title = plain(task.title)
    if task.reason:
        title.append("\n").append_text(plain(task.reason, style="dim"))
    yield title
    yield _verdict(task.verdict)
    yield _score(task.points, task.max_points)
    yield _score(task.extra_points, task.max_extra_points) if task.max_extra_points else Text("")


def speed_lines(result: Result) -> RenderableType | None:
    """Return one line per speed gate: shape, ratio with its interval, gate, verdict; None if there was none."""
    gates = [(task.id, check.speed) for task in result.tasks for check in task.checks if check.speed]
    if not gates:
        return None
    lines = Table.grid(padding=(0, 2))
    lines.add_column(no_wrap=True)
    lines.add_column(overflow="fold")
    lines.add_column(overflow="fold")
    lines.add_column(no_wrap=True)
    for task_id, gate in gates:
        ratio = f"{gate.ratio_text()}, gate {gate.bound_text()}"
        known = gate.verdict in Verdict.__members__
        verdict = _verdict(Verdict(gate.verdict)) if known else plain(gate.verdict, style="bold red")
        lines.add_row(plain(task_id), plain(gate.label), plain(ratio), verdict)
    return lines


def messages(result: Result, limit: int = 3) -> RenderableType:
    """Return the messages of the first `limit` checks that failed, five lines each, and name the others.

    Core checks come first, since they cost points, then edge and style checks; and the first one of every task before
    the second of any.
    """
    failed = [
        (task, check, check.message)
        for task in result.tasks
        for check in task.checks
        if check.verdict in (Verdict.FAIL, Verdict.ERROR) and check.message is not None
    ]
    failed = _in_turns(failed)
    parts = [_message(task, check, message) for task, check, message in failed[:limit]]
    rest = failed[limit:]
    if rest:
        names = ", ".join(f"{task.id} {check.name}" for task, check, _ in rest[:4])
        more = f"and {len(rest)} more: {names}{', ...' if len(rest) > 4 else ''}"
        parts.append(plain(f"{more}\nall of them: grader show {result.run_id}\n"))
    return Group(*parts)


def _in_turns(
    failed: list[tuple[TaskResult, CheckResult, Message]],
) -> list[tuple[TaskResult, CheckResult, Message]]:
    """Order them by tier, then by how many of their task came before them."""
    tiers, seen = list(Tier), Counter[tuple[str, Tier]]()
    ranked = []
    for entry in failed:
        place = entry[0].id, entry[1].tier
        ranked.append((tiers.index(place[1]), seen[place], entry))
        seen[place] += 1
    return [entry for _, _, entry in sorted(ranked, key=lambda r: r[:2])]


def _message(task: TaskResult, check: CheckResult, message: Message) -> RenderableType:
    head = Text.assemble(
        plain(task.id, style="bold"), " ", _verdict(check.verdict), " ", plain(check.sentence, style="bold")
    )
    lines = Table.grid(padding=(0, 2))
    lines.add_column(no_wrap=True, style="dim")
    lines.add_column(overflow="fold")
    for label, text in message.lines():
        lines.add_row(f"  {label}", plain(text))
    if message.traceback:
        lines.add_row("  at", plain(message.traceback[-1]))  # the innermost frame, where to look first
    return Group(head, lines, "")


def score_line(result: Result) -> Text:
    """Return the score, how many tasks have which verdict, and what a reader must know about the run."""
    counts = {verdict: sum(task.verdict is verdict for task in result.tasks) for verdict in Verdict}
    line = Text.assemble(("Score ", "bold"), _score(result.points, result.max_points, style="bold"))
    if result.max_extra_points:
        line.append("   extra ").append_text(_score(result.extra_points, result.max_extra_points))
    line.append(f"   {counts[Verdict.PASS]} of {len(result.tasks)} tasks pass")
    for verdict, count in counts.items():
        if count and verdict is not Verdict.PASS:
            line.append(f", {count} ").append_text(_verdict(verdict))
    if not result.complete:
        line.append("\nThe run was cut off: what was not reached has no points yet.", style="yellow")
    if result.unsafe:
        line.append("\nGraded with --unsafe: a required layer of the sandbox was missing.", style="bold red")
    return line


def history_table(rows: Sequence[RunRow]) -> RenderableType:
    """Return one line per run, in the order given; with the student if the runs are of several."""
    if not rows:
        return Text("No runs yet.")
    several = len({row.student for row in rows}) > 1
    found = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    found.add_column("Run", no_wrap=True)  # in one piece, to be copied
    found.add_column("Started (UTC)", no_wrap=True)
    found.add_column("Week", min_width=6)
    if several:
        found.add_column("Student", min_width=7, overflow="fold")
    found.add_column("Status", min_width=9)
    found.add_column("Points", justify="right", no_wrap=True)
    found.add_column("Extra", justify="right", no_wrap=True)
    for row in rows:
        found.add_row(*_run_cells(row, with_student=several))
    return found


def _run_cells(row: RunRow, with_student: bool) -> Iterator[RenderableType]:
    yield plain(row.run_id)
    yield plain(row.started_at[:16].replace("T", " "))
    yield plain(f"{row.week}: {' '.join(row.selected)}" if row.selected else str(row.week))
    if with_student:
        yield plain(row.student)
    yield plain(row.status)
    yield _score(row.points, row.max_points)
    yield _score(row.extra_points, row.max_extra_points)


def _verdict(verdict: Verdict) -> Text:
    return Text(verdict.value, style=_STYLE[verdict])


def _score(points: float, of: float, style: str = "") -> Text:
    return Text(f"{_number(points)} / {_number(of)}", style=style)


def _number(points: float) -> str:
    return f"{points:.2f}".rstrip("0").rstrip(".")


def plain(text: str, style: str = "") -> Text:
    """Return text for the terminal: no markup, every character that would not show spelled out."""
    return Text("".join(map(_visible, text.replace("\t", "    "))), style=style)


def _visible(character: str) -> str:
    if character == "\n":
        return character
    if unicodedata.category(character) in _INVISIBLE or character in _BIDI:
        code = ord(character)
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return character
