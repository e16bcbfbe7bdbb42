"""Gradescope's `results.json`: one test per check, whole or as far as a run has come.

The format is Gradescope's own (https://gradescope-autograders.readthedocs.io/en/latest/specs/); every document is held
to `gradescope.schema.json` before it is written. Verdicts: PASS is `passed`, FAIL and SKIPPED are `failed`;
INCONCLUSIVE and ERROR never cost points by themselves and are `passed` if they have their points, otherwise
`failed`. What is neither PASS nor FAIL says so at the beginning of its name, and every test has its verdict as a tag.
All text is shown as it is: no format that Gradescope would read as HTML or Markdown is used.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from grader.errors import CannotJudge
from grader.export.plain_text import explained, line, shown_checks, visible
from grader.export.spreadsheet import number
from grader.export.whole_file import write_whole
from grader.result import CheckResult, Result, TaskResult, Tier, Verdict

VISIBILITIES = ("visible", "after_due_date", "after_published", "hidden")
_HELD = (Verdict.INCONCLUSIVE, Verdict.ERROR)
_MEASURED = ("PASS", "FAIL")  # verdicts of a gate whose figures can be believed


def results(
    result: Result, *, planned: int = 0, visibility: str = "visible", leaderboard: bool = True
) -> dict[str, Any]:
    """Return a run as Gradescope's document.

    Args:
        result: the run; one that was cut off, or is not finished yet, has the points of what was finished.
        planned: how many checks an unfinished run has in all; 0 if that is not known.
        visibility: when students see the tests, one of `VISIBILITIES`.
        leaderboard: whether points and the speed of kernels go onto Gradescope's leaderboard.
    """
    document: dict[str, Any] = {
        "score": round(result.points + result.extra_points, 4),
        "execution_time": max(0, round(result.seconds)),
        "output": _summary(result, planned),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": visibility,
        "stdout_visibility": "hidden",  # what the grader prints is for staff
        "extra_data": _extra(result),
        "tests": [
            _test(task, check, index)
            for task in _shown(result)
            for index, check in enumerate(shown_checks(task), 1)
        ],
    }
    if leaderboard and result.complete:
        document["leaderboard"] = _leaderboard(result)
    return document


def _shown(result: Result) -> tuple[TaskResult, ...]:
    """Return the tasks by day; of an unfinished run those that it has reached."""
    return tuple(task for task in result.by_day if task.checks or result.complete)


def only_words(sentence: str) -> dict[str, Any]:
    """Return the document of a submission that has no result: a score of 0 and one sentence that says why."""
    return {
        "score": 0.0,
        "output": visible(sentence),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {"complete": False},
        "tests": [],
    }


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the document."""
    text = files("grader.export").joinpath("gradescope.schema.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@lru_cache(maxsize=1)
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema())


def document_text(document: dict[str, Any]) -> bytes:
    """Return a document as the ASCII text of the file.

    Raises:
        CannotJudge: the document does not match the schema, which is a mistake of the grader.
    """
    problem = next(_validator().iter_errors(document), None)
    if problem is not None:
        raise CannotJudge(
            f"results.json does not match its schema at {problem.json_path}: {problem.message[:200]}"
        )
    return (json.dumps(document, indent=1, allow_nan=False) + "\n").encode("ascii")


def write_results(document: dict[str, Any], path: Path) -> None:
    """Write a document to `path`, whole or not at all; may be called again whenever there is more to show.

    Raises:
        CannotJudge: the document does not match the schema, or the disk is full or read-only.
        UsageError: the folder of `path` does not exist.
    """
    write_whole(path, document_text(document))


def _summary(result: Result, planned: int) -> str:
    counts = Counter(task.verdict for task in result.tasks)
    lines = [line(result.title)]
    if result.complete:
        lines.append(f"{counts[Verdict.PASS]} of {len(result.tasks)} tasks pass")
    else:
        done = sum(len(task.checks) for task in result.tasks)
        of = f" of {planned}" if planned else ""
        lines.append(f"Not finished: {done}{of} checks are done, and the score counts these alone.")
    lines.append(f"{number(result.points)} of {number(result.max_points)} points")
    if result.max_extra_points:
        lines.append(f"{number(result.extra_points)} of {number(result.max_extra_points)} extra points")
    errors = counts[Verdict.ERROR]
    if errors:
        lines.append(
            f"In {errors} of the tasks the grader itself failed: this costs no points; staff have to look."
        )
    if result.unsafe:
        lines.append("Graded with a required layer of the sandbox missing.")
    lines += [f"note: {line(note)}" for note in result.notes]
    return visible("\n".join(lines))


def _extra(result: Result) -> dict[str, Any]:
    return {
        "run_id": result.run_id,
        "week": result.week,
        "complete": result.complete,
        "unsafe": result.unsafe,
        "points": result.points,
        "max_points": result.max_points,
        "extra_points": result.extra_points,
        "max_extra_points": result.max_extra_points,
        "hashes": dict(result.hashes),
        "environment": dict(result.environment),
    }


def _test(task: TaskResult, check: CheckResult, index: int) -> dict[str, Any]:
    verdict, has_word = check.verdict, check.verdict not in (Verdict.PASS, Verdict.FAIL)
    word = f"{verdict.value}: " if has_word else ""
    held = verdict in _HELD and check.points >= check.max_points
    test: dict[str, Any] = {
        "name": line(f"{word}{task.id} {task.title}: {check.sentence}"),
        "name_format": "text",
        "number": f"{task.id}.{index}",
        "status": "passed" if verdict is Verdict.PASS or held else "failed",
        "output": _output(task, check),
        "output_format": "text",
        "tags": [verdict.value, check.tier.value, f"day {task.day}"],
    }
    if check.max_points and check.tier is not Tier.STYLE:
        test["score"], test["max_score"] = round(check.points, 4), round(check.max_points, 4)
    return test


def _output(task: TaskResult, check: CheckResult) -> str:
    parts = []
    if check.verdict not in (Verdict.PASS, Verdict.FAIL) and task.reason:
        parts.append(line(task.reason))
    if check.cases_total:
        parts.append(f"{check.cases_passed} of {check.cases_total} cases pass")
    if check.speed is not None:
        parts.append(
            line(f"{check.speed.label}: {check.speed.ratio_text()}, gate {check.speed.bound_text()}")
        )
    said = explained(check)
    return "\n\n".join(part for part in ("\n".join(parts), said) if part)


def _leaderboard(result: Result) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"name": "Points", "value": round(result.points + result.extra_points, 4), "order": "desc"}
    ]
    for task in result.by_day:
        for speed in (check.speed for check in task.checks):
            if speed is None or speed.verdict not in _MEASURED or not math.isfinite(speed.wall[0]):
                continue
            more_is_better = speed.unit == "throughput"
            name = line(f"{task.id} {speed.label}, {speed.unit} against {speed.against}", 80)
            order = "desc" if more_is_better else "asc"
            rows.append({"name": name, "value": float(f"{speed.wall[0]:.3g}"), "order": order})
    return list({row["name"]: row for row in rows}.values())
