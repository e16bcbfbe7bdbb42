"""The JUnit document is valid for the strictest schema in use and says what the result says."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from exported_class import EVERYTHING
from exported_results import EXAMPLE

from grader.export.junit import document
from grader.result import Result, Verdict

SCHEMA = Path(__file__).parents[2] / "data" / "junit" / "JUnit.xsd"


@pytest.mark.parametrize(
    "result", [EXAMPLE, EVERYTHING, replace(EXAMPLE, tasks=()), replace(EXAMPLE, started_at="x")]
)
def test_the_document_is_valid(result: Result) -> None:
    """Every kind of result matches Windy Road's schema."""
    xmlschema = pytest.importorskip("xmlschema", reason="xmlschema is not installed")
    text = document(result)
    assert text.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<testsuites")
    xmlschema.XMLSchema(str(SCHEMA)).validate(ET.fromstring(text))


def test_the_schema_refuses_what_is_wrong() -> None:
    """The schema that holds the documents is one that can fail: without a time, no document is valid."""
    xmlschema = pytest.importorskip("xmlschema", reason="xmlschema is not installed")
    root = ET.fromstring(document(EXAMPLE))
    del root[0].attrib["time"]
    assert not xmlschema.XMLSchema(str(SCHEMA)).is_valid(root)


def test_every_check_is_a_case_of_its_task() -> None:
    """A suite per task with its counts, a case per check with the verdict; a task without checks stands for itself."""
    root = ET.fromstring(document(EVERYTHING))
    counts = {
        suite.get("name"): tuple(int(suite.get(k, "")) for k in ("tests", "failures", "errors", "skipped"))
        for suite in root
    }
    assert counts == {
        "2.2 Task 2.2": (4, 1, 0, 0),
        "2.1 Task 2.1": (1, 1, 0, 0),
        "2.3 Task 2.3": (1, 0, 0, 1),
        "2.4 Task 2.4": (1, 0, 0, 1),
        "2.5 Task 2.5": (1, 0, 1, 0),
        "2.6 Task 2.6": (1, 0, 0, 1),
    }
    cases = {
        (case.get("classname"), case.get("name")): [(e.tag, e.get("message")) for e in case]
        for case in root.iter("testcase")
    }
    hint = "your result is what comes out when RoPE rotates adjacent pairs"
    assert cases == {
        ("week2.task-2-2", "values: values holds"): [],
        ("week2.task-2-2", "fast: fast holds"): [],
        ("week2.task-2-2", "extra: extra holds (extra points)"): [],
        ("week2.task-2-2", "style: style holds (style, no points)"): [("failure", f"FAIL: {hint}")],
        ("week2.task-2-1", "values: values holds"): [("failure", f"FAIL: {hint}")],
        ("week2.task-2-3", "values: values holds"): [("skipped", "SKIPPED: needs 2.1, which failed")],
        ("week2.task-2-4", "slow: slow holds"): [("skipped", "INCONCLUSIVE: it could not be")],
        ("week2.task-2-5", "values: values holds"): [("error", "ERROR: the grader failed with OSError")],
        ("week2.task-2-6", "task: Task 2.6"): [("skipped", "SKIPPED: needs a Mac")],
    }


def test_the_points_are_properties_of_a_suite() -> None:
    """What the format has no place for is kept as properties."""
    suite = ET.fromstring(document(EVERYTHING))[0]
    assert {p.get("name"): p.get("value") for p in suite.iter("property")} == {
        "run_id": EVERYTHING.run_id,
        "student": "mia",
        "verdict": Verdict.PASS.value,
        "points": "6",
        "max_points": "6",
        "extra_points": "0.5",
        "max_extra_points": "0.5",
        "complete": "true",
    }
    assert (suite.get("timestamp"), suite.get("time")) == ("2026-03-01T10:00:00", "1.250")


def test_hostile_text_stays_text() -> None:
    """Markup, the end of a CDATA section, control characters and no-characters come back as harmless text."""
    root = ET.fromstring(document(EVERYTHING))
    failure = root[1].find("testcase/failure")
    assert failure is not None
    assert failure.text is not None
    assert "\\x1b[31m<script>alert(1)</script>]]>\\x00\ufffd \\u202etxt" in failure.text
    assert "your frames, the innermost last\n  positional_encoding.py:31 in __call__" in failure.text
    assert "printed by your code\noffset None" in failure.text
