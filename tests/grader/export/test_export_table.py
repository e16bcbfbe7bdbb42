"""Grades and checks as tables say what the class says, in the documented columns, and execute nothing."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from exported_class import CLASS, EVERYTHING, FORMULA, HOSTILE
from exported_results import EXAMPLE

import grader.export
from grader.errors import UsageError
from grader.export.spreadsheet import FORMULA as TRIGGERS
from grader.export.spreadsheet import csv_text, neutral, number
from grader.export.table import (
    CHECK_COLUMNS,
    GRADE_COLUMNS,
    check_rows,
    checks_csv,
    checks_json_lines,
    checks_parquet,
    grades,
)

DOCUMENTATION = Path(grader.export.__file__).parents[2] / "docs" / "exports.md"


def read(data: bytes) -> list[dict[str, str]]:
    """Return a CSV file as a spreadsheet's reader has it."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


def test_the_grades_of_a_class_as_csv() -> None:
    """One row per student in the order of the roster; who has no final grade has an empty total and says why."""
    rows = read(grades(CLASS))
    assert tuple(rows[0]) == GRADE_COLUMNS
    shown = [(r["student"], r["status"], r["total"], r["attempts"], r["counted_attempt"]) for r in rows]
    assert shown == [
        ("1001", "graded", "90.25", "2", "2"),
        ("1002", "graded", "50", "1", "1"),
        ("1003", "graded", "50", "1", "1"),
        ("1004", "graded", "0", "1", "1"),
        ("1005", "none", "", "0", ""),
        ("1006", "pending", "", "1", "1"),
    ]
    assert rows[0] == {
        "student": "1001",
        "name": 'Núñez, "Ada"',
        "email": "ada@school.example",
        "section": "A",
        "group": "",
        "status": "graded",
        "total": "90.25",
        "points": "92.25",
        "extra": "3",
        "penalty": "5",
        "max_points": "100",
        "max_extra_points": "0",
        "attempts": "2",
        "counted_attempt": "2",
        "submitted_at": "2026-03-02T20:00:00Z",
        "days_late": "1",
        "reasons": "one day late: 5 points off",
        "pending": "",
        "problem": "",
        "run_id": EXAMPLE.run_id,
    }
    assert (rows[3]["problem"], rows[5]["pending"]) == ("the archive is corrupt", "look")


@pytest.mark.parametrize(
    "text", [f"{c}cmd|' /C calc'!A0" for c in sorted(TRIGGERS)] + ["  =1", "\x0b=1", "\xa0@SUM(1)"]
)
def test_a_formula_is_text_in_csv(text: str) -> None:
    """Whatever a spreadsheet would execute, white space before it or not, begins with an apostrophe."""
    [row] = read(csv_text(["cell"], [[text]]))
    assert row["cell"][0] == "'" or row["cell"][0] not in TRIGGERS
    assert neutral(text) == f"'{text}"


def test_text_cannot_start_a_cell_of_its_own() -> None:
    """Text is quoted, so that no other list separator splits it, and one row is one line."""
    data = grades(CLASS)
    assert len(data.splitlines()) == 1 + len(CLASS.grades)
    assert '"O\'Brien; =1+1 second line"' in data.decode()
    assert read(data)[1]["name"] == f"'{FORMULA}"
    for line in data.decode().splitlines():
        cells = next(csv.reader([line], delimiter=";"))
        assert not any(cell[:1] in TRIGGERS for cell in cells if cell)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.0, "0"), (98.0, "98"), (97.5, "97.5"), (1 / 3, "0.3333"), (100, "100")],
)
def test_points_are_written_shortly(value: float, text: str) -> None:
    """At most four digits after the point, and none that say nothing."""
    assert number(value) == text


def test_every_check_of_every_attempt_has_a_row() -> None:
    """The key is student, submitter, attempt, task and check; a group's attempt comes for every member."""
    rows = list(check_rows(CLASS))
    assert all(tuple(row) == tuple(CHECK_COLUMNS) for row in rows)
    keys = [(r["student"], r["submitted_by"], r["attempt"], r["task"], r["check"]) for r in rows]
    assert len(set(keys)) == len(keys)
    attempts = {key[:3]: sum(k[:3] == key[:3] for k in keys) for key in keys}
    checks = sum(len(task.checks) for task in EXAMPLE.tasks)
    everything = sum(len(task.checks) for task in EVERYTHING.tasks)
    assert attempts == {
        ("1001", "1001", 1): checks,
        ("1001", "1001", 2): everything,
        ("1002", "1002", 1): checks,
        ("1003", "1002", 1): checks,
        ("1006", "1006", 1): checks,
    }
    assert {row["attempt"] for row in rows if row["student"] == "1001" and row["counted"]} == {2}
    for row in rows:
        for (name, kind), value in zip(CHECK_COLUMNS.items(), row.values(), strict=True):
            assert type(value) is kind or (value is None and name.startswith("speed_")), name


def test_a_gate_is_in_its_row() -> None:
    """The ratio with its interval, the threshold, and what both refer to; other checks leave the numbers empty."""
    rows = {(row["task"], row["check"]): row for row in check_rows(EVERYTHING)}
    gate = {name: value for name, value in rows["2.2", "fast"].items() if name.startswith("speed_")}
    assert gate == {
        "speed_shape": "2.2 quantized matmul: M = 1, bfloat16",
        "speed_verdict": "PASS",
        "speed_unit": "time",
        "speed_against": "rung 2",
        "speed_threshold": 1.15,
        "speed_ratio": 0.8765,
        "speed_ratio_low": 0.85,
        "speed_ratio_high": 0.9,
        "speed_cpu_ratio": 0.88,
    }
    assert rows["2.2", "values"]["speed_ratio"] is None


def test_json_lines_hold_the_rows_unchanged() -> None:
    """One object per row, hostile text as it is; a number that JSON cannot hold is null."""
    rows = list(check_rows(CLASS))
    assert [json.loads(line) for line in checks_json_lines(rows).splitlines()] == rows
    assert any(HOSTILE.got == row["got"] for row in rows)
    rows[0]["speed_ratio"] = float("nan")
    rows[1]["speed_ratio"] = float("inf")
    read_again = [json.loads(line)["speed_ratio"] for line in checks_json_lines(rows[:2]).splitlines()]
    assert read_again == [None, None]


def test_parquet_holds_the_rows_unchanged() -> None:
    """The columns have the documented types, and the rows come back as they were, text not neutralised."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    rows = list(check_rows(replace(CLASS, grades=CLASS.grades[:2])))
    table = parquet.read_table(io.BytesIO(checks_parquet(rows)))
    kinds = {str: "string", int: "int64", float: "double", bool: "bool"}
    assert {field.name: str(field.type) for field in table.schema} == {
        n: kinds[k] for n, k in CHECK_COLUMNS.items()
    }
    assert table.to_pylist() == rows
    assert checks_parquet([]) != b""


def test_parquet_takes_text_that_no_encoding_holds() -> None:
    """A lone surrogate in a message is spelled out instead of ending the export."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    row = {**next(iter(check_rows(EXAMPLE))), "got": "a\ud800b"}
    assert parquet.read_table(io.BytesIO(checks_parquet([row]))).to_pylist()[0]["got"] == "a\\ud800b"
    assert b"a\\ud800b" in checks_csv([row])


def test_without_pyarrow_parquet_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install, and what works without it."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError) as said:
        checks_parquet([])
    assert str(said.value) == (
        "Parquet needs pyarrow, which is not installed: pip install 'grader[parquet]' (or export jsonl)"
    )


def test_checks_as_csv_are_neutralised() -> None:
    """The same rows in CSV, with what could be a formula as text."""
    rows = [{**row, "got": FORMULA} for row in check_rows(EXAMPLE)]
    found = read(checks_csv(rows))
    assert [row["check"] for row in found] == [row["check"] for row in rows]
    assert {row["got"] for row in found} == {f"'{FORMULA}"}


def test_the_documented_columns_are_the_columns() -> None:
    """`docs/exports.md` names every column of both tables, in order, with its type."""
    text = DOCUMENTATION.read_text()
    words = {str: "string", int: "integer", float: "number", bool: "boolean"}
    grades_part, checks_part = text.split("### Grades\n")[1].split("### Checks\n")
    row = re.compile(r"^\| `(\w+)` \|", re.M)
    assert tuple(row.findall(grades_part)) == GRADE_COLUMNS
    typed = re.findall(r"^\| `(\w+)` \| (\w+) \|", checks_part.split("\n## ")[0], re.M)
    assert typed == [(name, words[kind]) for name, kind in CHECK_COLUMNS.items()]
