"""Grades into one column of a gradebook that Canvas exported; everything else stays byte for byte as it was.

Canvas' file: a header (`Student`, `ID`, `SIS User ID`, `SIS Login ID`, `Section`, then assignments as `Name (id)`),
perhaps a row that says which columns are posted by hand, a row whose first cell is `    Points Possible`, then the
students. Students are found by `ID`, `SIS User ID` or `SIS Login ID`. Where it is not certain whose row is whose,
nothing is written. Knows nothing about files.
"""

from __future__ import annotations

import difflib
import math
import re
from collections import defaultdict
from dataclasses import dataclass

from grader.class_result import ClassResult, Grade
from grader.errors import CannotJudge, UsageError
from grader.export.csv_splice import Field, Table
from grader.export.plain_text import line
from grader.export.spreadsheet import neutral, number
from grader.export.table import final_total

IDENTIFIERS = ("ID", "SIS User ID", "SIS Login ID")
FIXED = frozenset({"Student", "Section", "Integration ID", "Root Account", *IDENTIFIERS})
TEST_STUDENTS = frozenset({"Student, Test", "Test Student"})
_BY = "ID, SIS User ID or SIS Login ID"
EXCUSED = "EX"  # what Canvas writes for a student who need not hand in


@dataclass(frozen=True)
class Filled:
    """A filled gradebook, and what a reader of it has to know; every text is one line and safe to print."""

    data: bytes
    filled: int  # students who got a grade
    not_in_gradebook: tuple[str, ...] = ()  # have a grade, but no row or no certain one
    not_in_class: tuple[str, ...] = ()  # have a row, but are not in the roster
    pending: tuple[str, ...] = ()  # staff has to look first, so the cell was left alone
    kept: tuple[str, ...] = ()  # excused in Canvas: the cell was left alone
    notes: tuple[str, ...] = ()


def fill(data: bytes, result: ClassResult, column: str, overwrite: bool = False) -> Filled:
    """Write the totals of a class into the column `column` of a gradebook.

    Args:
        data: the file as Canvas exported it.
        result: the class; students without a grade, or whose grade is not final, keep the cell that they have.
        column: the header of the column: "Week 2 (1234)".
        overwrite: replace grades that are there.

    Raises:
        UsageError: no gradebook; no such column, or it cannot be written; it has grades and `overwrite` is not set.
        CannotJudge: a total is not a number from 0 upwards.
    """
    table = Table.parse(data, frozenset({"Student", "ID"}), "the gradebook")
    names = [field.text.strip() for field in table.records[0]]
    target = _target(names, column)
    points = next((i for i, r in enumerate(table.records) if _is_points(r)), 0)
    possible = _text(table.records[points], target) if points else ""
    if "read only" in possible.lower():
        raise UsageError(
            f"the column {column!r} is calculated by Canvas and cannot be filled (it is read only)"
        )
    rows = [i for i in range(points + 1, len(table.records)) if _is_student(table.records[i], names)]
    if not overwrite:
        _refuse_grades(table, rows, target, column)
    found, doubtful = _matches(table, rows, names, result)
    comma = _has_comma(table)
    cells, kept = {}, []
    for row, grade in found.items():
        total = final_total(grade)
        if total is None:
            continue
        if _text(table.records[row], target).upper() == EXCUSED:
            kept.append(_shown(grade))
            continue
        cells[row, target] = _cell(grade, total, comma)
    graded = [g for g in result.grades if final_total(g) is not None]
    written = {id(grade) for grade in found.values()}
    if graded and not cells and not kept:
        raise UsageError(f"none of the {len(graded)} students with a grade is in the gradebook by {_BY}")
    return Filled(
        data=table.spliced(cells),
        filled=len(cells),
        not_in_gradebook=tuple(_shown(g) for g in graded if id(g) not in written),
        not_in_class=tuple(
            line(_text(table.records[row], names.index("Student")))
            for row in rows
            if row not in found and row not in doubtful
        ),
        pending=tuple(f"{_shown(g)}: {line(g.pending)}" for g in result.grades if g.pending),
        kept=tuple(kept),
        notes=_notes(result, possible, column),
    )


def _target(names: list[str], column: str) -> int:
    wanted = column.strip()
    places = [i for i, name in enumerate(names) if name == wanted]
    if len(places) > 1:
        raise UsageError(
            f"the gradebook has {len(places)} columns with the name {wanted!r}; rename one in Canvas"
        )
    if not places:
        close = difflib.get_close_matches(wanted, [n for n in names if n not in FIXED], n=1, cutoff=0.3)
        hint = f"; did you mean {line(close[0])!r}?" if close else ""
        raise UsageError(f"the gradebook has no column {wanted!r}{hint}")
    if wanted in FIXED:
        raise UsageError(f"the column {wanted!r} says who a student is and cannot hold grades")
    return places[0]


def _text(record: tuple[Field, ...], column: int) -> str:
    return record[column].text.strip() if column < len(record) else ""


def _is_points(record: tuple[Field, ...]) -> bool:
    return _text(record, 0).lower() == "points possible"


def _is_student(record: tuple[Field, ...], names: list[str]) -> bool:
    if _text(record, names.index("Student")) in TEST_STUDENTS:
        return False
    return any(_text(record, names.index(name)) for name in IDENTIFIERS if name in names)


def _refuse_grades(table: Table, rows: list[int], target: int, column: str) -> None:
    texts = (_text(table.records[row], target) for row in rows)
    there = sum(bool(text) and text.upper() != EXCUSED for text in texts)
    if there:
        raise UsageError(f"the column {column!r} already has {there} grades; --overwrite replaces them")


def _matches(
    table: Table, rows: list[int], names: list[str], result: ClassResult
) -> tuple[dict[int, Grade], set[int]]:
    """Return whose grade belongs to which row, and the rows that cannot be told."""
    by_text: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        for name in (n for n in IDENTIFIERS if n in names):
            text = _text(table.records[row], names.index(name))
            if text:
                by_text[text.casefold()].add(row)
    found: dict[int, list[Grade]] = defaultdict(list)
    doubtful: set[int] = set()
    for grade in result.grades:
        places = by_text.get(grade.student.id.strip().casefold(), set())
        if not places and grade.student.email:
            places = by_text.get(grade.student.email.strip().casefold(), set())
        if len(places) > 1:
            doubtful |= places  # one student's ID is another one's login
        for row in places:
            found[row].append(grade)
    doubtful |= {row for row, claims in found.items() if len(claims) > 1}
    return {row: claims[0] for row, claims in found.items() if row not in doubtful}, doubtful


def _has_comma(table: Table) -> bool:
    """Return whether the file writes its numbers with a decimal comma, as Canvas does in some languages."""
    numbers = [
        f.text.strip() for r in table.records for f in r if re.fullmatch(r"\d+[.,]\d+", f.text.strip())
    ]
    return table.delimiter != "," and bool(numbers) and all("," in text for text in numbers)


def _cell(grade: Grade, total: float, comma: bool) -> str:
    if not math.isfinite(total) or total < 0:
        raise CannotJudge(f"the total of {_shown(grade)} is {total}, which no gradebook can hold")
    text = neutral(number(total))
    return text.replace(".", ",") if comma else text


def _notes(result: ClassResult, possible: str, column: str) -> tuple[str, ...]:
    try:
        out_of = float(possible.replace(",", "."))
    except ValueError:
        return ()
    if out_of == result.max_points:
        return ()
    ours = number(result.max_points)
    return (f"the column {column!r} is out of {number(out_of)} points, the grades are out of {ours}",)


def _shown(grade: Grade) -> str:
    student = grade.student
    return line(f"{student.name} ({student.id})" if student.name else student.id)
