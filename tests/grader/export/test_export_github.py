"""GitHub Classroom gets a document that its reporter can read, and a workflow that is what it expects."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest
from exported_class import EVERYTHING, check, task
from exported_results import EXAMPLE, WRONG
from jsonschema import Draft202012Validator

from grader.errors import CannotJudge, UsageError
from grader.export.github_classroom import ENCODED_LIMIT, encoded, report, schema, workflow
from grader.result import Result, Verdict


@pytest.mark.parametrize("result", [EXAMPLE, EVERYTHING])
def test_the_report_is_valid(result: Result) -> None:
    """The document matches the schema and comes back from the output of a step."""
    Draft202012Validator.check_schema(schema())
    document = report(result)
    Draft202012Validator(schema()).validate(document)
    assert json.loads(base64.b64decode(encoded(document))) == document
    assert b"\n" not in encoded(document)


def test_the_schema_refuses_what_the_reporter_cannot_add() -> None:
    """A test without a score would make the reporter's total no number; a document without tests divides by zero."""
    document = report(EXAMPLE)
    for bad in ({**document, "tests": []}, {**document, "tests": [{**document["tests"][0], "score": None}]}):
        assert not Draft202012Validator(schema()).is_valid(bad)
    with pytest.raises(CannotJudge, match=r"does not match its schema at \$.tests"):
        report(replace(EXAMPLE, tasks=()))


def test_the_total_is_the_score() -> None:
    """As the reporter adds up: the scores of the tests, out of max_score."""
    document = report(EVERYTHING)
    assert sum(test["score"] for test in document["tests"]) == EVERYTHING.points + EVERYTHING.extra_points
    assert document["max_score"] == EVERYTHING.max_points


def test_each_verdict_has_a_status() -> None:
    """PASS is pass, FAIL and SKIPPED are fail, INCONCLUSIVE and ERROR are error, each with its word."""
    rows = [
        (t["name"], t["status"], (t["message"] or "").partition(":")[0]) for t in report(EVERYTHING)["tests"]
    ]
    assert rows == [
        ("2.1 Task 2.1: values holds", "fail", "FAIL"),
        ("2.2 Task 2.2: values holds", "pass", ""),
        ("2.2 Task 2.2: fast holds", "pass", ""),
        ("2.2 Task 2.2: extra holds", "pass", ""),
        ("2.2 Task 2.2: style holds", "fail", "FAIL"),
        ("2.3 Task 2.3: values holds", "fail", "SKIPPED"),
        ("2.4 Task 2.4: slow holds", "error", "INCONCLUSIVE"),
        ("2.5 Task 2.5: values holds", "error", "ERROR"),
        ("2.6 Task 2.6: Task 2.6", "fail", "SKIPPED"),
    ]


@pytest.mark.parametrize(
    ("places", "status"),
    [((0,), "pass"), ((0, 3), "pass"), ((0, 1), "fail"), ((0, 4), "error"), ((0, 1, 4), "error")],
)
def test_the_whole_is_what_the_exit_code_says(places: tuple[int, ...], status: str) -> None:
    """A run that could not be measured is no failure; one in which the grader failed is an error."""
    assert report(replace(EVERYTHING, tasks=tuple(EVERYTHING.tasks[i] for i in places)))["status"] == status


def test_a_message_cannot_command_the_runner() -> None:
    """What the reporter prints to the log holds no line that the runner takes for a command."""
    lines = [line for t in report(EVERYTHING)["tests"] for line in (t["message"] or "").splitlines()]
    assert any(line.strip() == ": :error::x ## [error]y" for line in lines)
    assert not any(line.strip().startswith("::") or "##[" in line for line in lines)


def test_the_report_fits_into_a_variable() -> None:
    """A hundred failures with long messages are shortened, all of them stay, and the points do not change."""
    long = replace(WRONG, printed="é" * 5_000)
    failed = [check(f"c{i}", Verdict.FAIL, 0.0, 1.0, message=long) for i in range(100)]
    document = report(replace(EXAMPLE, tasks=(task("1.1", Verdict.FAIL, *failed),)))
    assert len(document["tests"]) == 100
    assert len(encoded(document)) <= ENCODED_LIMIT
    assert document["tests"][0]["message"].startswith("FAIL: your result is what comes out when")


def test_the_workflow_is_what_classroom_expects() -> None:
    """Valid YAML; the names of the job, the runner and its variable fit together; nothing is left to fill in."""
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    text = workflow(2, "school/grader", "v1.2")
    found = yaml.safe_load(text)
    assert found["name"] == "Autograding Tests"
    assert found["permissions"] == {"checks": "write", "actions": "read", "contents": "read"}
    steps = found["jobs"]["run-autograding-tests"]["steps"]
    assert steps[1]["with"]["repository"] == "school/grader"
    assert steps[1]["with"]["ref"] == "v1.2"
    [grade] = [step for step in steps if step.get("id") == "grader"]
    assert "grader submit week2 --submission submission" in grade["run"]
    assert steps[-1]["with"] == {"runners": "grader"}
    assert steps[-1]["env"] == {"GRADER_RESULTS": "${{ steps.grader.outputs.result }}"}
    assert "@" not in text.replace("actions/checkout@v4", "").replace("setup-python@v5", "").replace(
        "reporter@v1", ""
    )


@pytest.mark.parametrize(
    ("repository", "ref"),
    [("", "main"), ("grader", "main"), ('a/b"\n', "main"), ("a/b", ""), ("a/b", "${{ x }}")],
)
def test_a_name_that_is_none_is_refused(repository: str, ref: str) -> None:
    """What GitHub does not allow never gets into the workflow."""
    with pytest.raises(UsageError, match="must be"):
        workflow(1, repository, ref)
