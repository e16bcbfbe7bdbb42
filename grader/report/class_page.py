"""Render a `ClassResult` as one self-contained HTML page, and write it with the pages of the students.

Covers: what students are called or wrote is spelled out where it is invisible and escaped; the page forbids itself
every request. Without names there are codes only: no id, name, address, group, section, source or link, no text of
a submission, and nothing of what only staff may see.
Knows nothing about databases, clocks or how the result came about: the same result gives the same bytes.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import math
import os
from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup

from grader.class_result import ClassResult
from grader.errors import CannotJudge
from grader.report.class_charts import days, dots, verdict_bar
from grader.report.class_clusters import Sort, clusters
from grader.report.class_headline import headline
from grader.report.class_help import RULE, who_needs_help
from grader.report.class_matrix import LEFT, Matrix, matrix
from grader.report.class_names import codes, naming
from grader.report.class_staff import staff_entries
from grader.report.class_statistics import Item, bins, by_day, items, scored
from grader.report.class_strips import strip_groups
from grader.report.render import TEMPLATES, environment, render_student
from grader.report.wording import MONTHS, points
from grader.result import Verdict

PAGE = "report.html"
PAGES = "students"
BINS = 20  # of the scores

# What to run on a class folder next, each with what it does.
COMMANDS = (
    (
        "grader export canvas CLASS --gradebook FILE.csv --column NAME --out import.csv",
        "your gradebook, one column filled",
    ),
    ("grader export csv CLASS --out grades.csv", "one row per student"),
    (
        "grader export parquet CLASS --out checks.parquet",
        "every check of every attempt; jsonl and csv have it, too",
    ),
    ("grader class report CLASS --no-names", "this page with codes only, to share"),
    ("grader class regrade CLASS", "grade again, after a fix"),
    ("grader class diff CLASS", "who gains and who loses by that, and why"),
    ("grader class accept CLASS RUN", "let another run count"),
)


def render_class(result: ClassResult, links: Mapping[str, str] | None = None, *, names: bool = True) -> str:
    """Return the report on a class as an HTML page without any outside reference.

    Args:
        result: the class.
        links: student id to the relative address of the student's page; used with names only.
        names: False leaves out everything that tells who somebody is.
    """
    called = naming(result, links, names)
    found = clusters(result)
    rows = items(result)
    entries = staff_entries(result, called)
    head = headline(result, found, rows, entries, called)
    table = matrix(result, called)
    css = _css() + _widths(table)
    people = {grade.student.id: grade.student for grade in result.grades}
    return (
        environment()
        .get_template("class.html")
        .render(
            result=result,
            naming=called,
            people=people,
            head=head,
            dots_picture=_dots(result, head.middle),
            days_picture=_days(result),
            matrix=table,
            LEFT=LEFT,
            items=rows,
            item_bar=_item_bar,
            uncertain=_uncertain(len(result.graded)),
            clusters={sort: [c for c in found if c.cause.sort is sort] for sort in Sort},
            Sort=Sort,
            SKIPPED=Verdict.SKIPPED,
            strips=strip_groups(result),
            needy=who_needs_help(result, called),
            rule=RULE,
            entries=entries,
            commands=COMMANDS,
            percent=_percent,
            css=Markup(css),
            js=Markup(_script()),
            policy=_policy(css),
        )
    )


def _dots(result: ClassResult, middle: tuple[float, float, float] | None) -> Markup:
    values = [grade.points for grade in scored(result)]
    if middle is None or len(values) < 2:
        return Markup("")
    most = result.max_points or 1.0
    low, median, high = (points(round(value, 1)) for value in middle)
    summary = (
        f"One dot per student in bins of {points(most / BINS)} points. Median {median}, quartiles {low} and {high}, "
        f"lowest {points(min(values))}, highest {points(max(values))}."
    )
    return dots(bins(values, most, most / BINS), most, middle, summary)


def _days(result: ClassResult) -> Markup:
    found = by_day(result)
    if not found:
        return Markup("")
    labels = [f"{day.date.day} {MONTHS[day.date.month - 1][:3]}" for day in found]
    first, last = points(round(found[0].middle, 1)), points(round(found[-1].middle, 1))
    summary = f"Median of the best scores, from {first} on {labels[0]} to {last} on {labels[-1]}, with the middle half."
    return days(labels, [(day.low, day.middle, day.high) for day in found], result.max_points, summary)


def _item_bar(item: Item) -> Markup:
    kinds = item.verdicts
    other = kinds[Verdict.INCONCLUSIVE] + kinds[Verdict.ERROR]
    return verdict_bar(kinds[Verdict.PASS], kinds[Verdict.FAIL], kinds[Verdict.SKIPPED], other)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _uncertain(students: int) -> float | None:
    """Return half the width of a 95 % interval of a correlation near 0 (Fisher's z); None for too few students."""
    return math.tanh(1.96 / math.sqrt(students - 3)) if students > 4 else None


def _widths(table: Matrix) -> str:
    """Return what the style sheet has to know of the matrix: its columns, and room for the counts below them."""
    cell = 20 if len(table.rows) < 100 else 25
    more = table.right - 2
    return f".mx {{ --tasks: {len(table.tasks)}; --more: {more}; --cell: {cell}px; }}\n"


@functools.cache
def _css() -> str:
    return "".join(
        (TEMPLATES / name).read_text("utf-8") for name in ("student.css", "speed.css", "class.css")
    )


@functools.cache
def _script() -> str:
    return (TEMPLATES / "class.js").read_text("utf-8")


def _policy(css: str) -> str:
    """Return a content security policy that allows the page's own style and script, and nothing else."""
    style, script = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (css, _script())
    )
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "base-uri 'none'; form-action 'none'"
    )


def write_class(result: ClassResult, folder: Path, *, names: bool = True, pages: bool = True) -> Path:
    """Write `report.html` into `folder`, made if needed, with a page per student beside it; return its path.

    A student's page is the report on the attempt that counts. Without names there are no such pages: they tell who
    it is. A reader sees an old file or the whole new one, never a part.

    Raises:
        CannotJudge: the folder cannot be made or written to, or the disk is full.
    """
    called = codes([grade.student for grade in result.grades])
    links: dict[str, str] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if names and pages:
            (folder / PAGES).mkdir(exist_ok=True)
            for grade in result.grades:
                run = grade.counted.result if grade.counted is not None else None
                if run is not None:
                    name = f"{called[grade.student.id]}.html"
                    _put(folder / PAGES / name, render_student(run))
                    links[grade.student.id] = f"{PAGES}/{name}"
        _put(folder / PAGE, render_class(result, links, names=names))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CannotJudge(f"cannot write the class report to {folder}: {reason}") from error
    return folder / PAGE


def _put(target: Path, page: str) -> None:
    """Write a page beside `target` and move it there; leave nothing else behind."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.write_bytes(page.encode())
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)
