"""What the terminal shows of two runs side by side: a renderable for rich."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.comparison import Comparison, Row
from grader.export.console import plain
from grader.speed_result import Bar, three

_STYLE = {"slower": "bold red", "faster": "green", "same": "dim"}


def comparison_table(found: Comparison) -> RenderableType:
    """Return one line per implementation and shape, the notes, and how many differ."""
    parts: list[RenderableType] = []
    for name, run in (("first", found.before), ("second", found.after)):
        parts.append(plain(f"{name:<7} {run.name}, {run.started_at}, {run.machine}"))
    for group in dict.fromkeys(row.key[0] for row in found.rows):
        parts += [plain(f"\n{group}", style="bold"), _table([r for r in found.rows if r.key[0] == group])]
    counts = ", ".join(f"{number} {word}" for word, number in found.counts().items())
    parts.append(plain(f"\n{counts}; the same means that the 95 % intervals touch"))
    parts += [plain(f"note: {note}") for note in found.notes]
    return Group(*parts)


def _table(rows: list[Row]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    for name in ("shape", "kernel", "first", "second", "second / first", ""):
        left = name in ("shape", "kernel", "")
        table.add_column(name, justify="left" if left else "right", no_wrap=name != "shape")
    for row in rows:
        middle, low, high = (three(value) for value in row.ratio)
        cells = (_median(row.before), _median(row.after), f"{middle}x [{low}, {high}]")
        word = Text(row.word, style=_STYLE[row.word])
        table.add_row(plain(row.key[1]), plain(row.key[2]), *cells, word)
    return table


def _median(bar: Bar) -> str:
    return f"{three(bar.median_s * 1e3)} ms"
