"""GitHub Classroom: the workflow that grades a push, and the JSON that its reporter reads.

The JSON is what `classroom-resources/autograding-grading-reporter` takes from a runner, held to `github.schema.json`:
PASS is `pass`, FAIL and SKIPPED are `fail`, INCONCLUSIVE and ERROR are `error`; the points count whatever the status
says. The whole is `fail` if a task fails, `error` if the grader failed, otherwise `pass`. Covered: the reporter
gets it in an environment variable, so it is kept below what Linux allows one; a message cannot start a workflow command
in the log to which the reporter prints it.
"""

from __future__ import annotations

import base64
import json
import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator

from grader.errors import CannotJudge, UsageError
from grader.export.plain_text import explained, line, reason, shown_checks
from grader.result import CheckResult, Result, TaskResult, Verdict

VERSION = 1
ENCODED_LIMIT = 120_000  # bytes; Linux allows 131,072 for one variable, its name included
MESSAGE_LIMITS = (4000, 1000, 300, 80)
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_REF = re.compile(r"[A-Za-z0-9._/-]{1,100}")
_STATUS = {
    Verdict.PASS: "pass",
    Verdict.FAIL: "fail",
    Verdict.SKIPPED: "fail",
    Verdict.INCONCLUSIVE: "error",
    Verdict.ERROR: "error",
}
_WHOLE = {0: "pass", 1: "fail", 4: "error"}


def report(result: Result) -> dict[str, Any]:
    """Return a run as the reporter's document; messages are shortened until it fits.

    Raises:
        CannotJudge: it does not match its schema, or does not fit at all: a mistake of the grader.
    """
    for limit in MESSAGE_LIMITS:
        document = _document(result, limit)
        if len(encoded(document)) <= ENCODED_LIMIT:
            break
    else:
        raise CannotJudge(f"the report of run {result.run_id} is larger than {ENCODED_LIMIT} bytes")
    problem = next(Draft202012Validator(schema()).iter_errors(document), None)
    if problem is not None:
        raise CannotJudge(
            f"the report does not match its schema at {problem.json_path}: {problem.message[:200]}"
        )
    return document


def encoded(document: dict[str, Any]) -> bytes:
    """Return a document as it stands in the output of a step: JSON in base64, on one line."""
    return base64.b64encode(json.dumps(document, allow_nan=False).encode("ascii"))


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the reporter's document."""
    text = files("grader.export").joinpath("github.schema.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def _document(result: Result, limit: int) -> dict[str, Any]:
    return {
        "version": VERSION,
        "status": _WHOLE[result.exit_code],
        "max_score": result.max_points,
        "tests": [_test(task, check, limit) for task in result.by_day for check in shown_checks(task)],
    }


def _test(task: TaskResult, check: CheckResult, limit: int) -> dict[str, Any]:
    return {
        "name": _harmless(line(f"{task.id} {task.title}: {check.sentence}", 160)),
        "status": _STATUS[check.verdict],
        "score": round(check.points, 4),
        "message": _message(task, check, limit),
        "test_code": f"grader check {task.id}",
        "filename": "",
        "line_no": 0,
        "execution_time": f"{max(check.seconds, 0.0):.3f}s",
    }


def _message(task: TaskResult, check: CheckResult, limit: int) -> str | None:
    if check.verdict is Verdict.PASS:
        return None
    text = f"{check.verdict.value}: {reason(task, check)}"
    details = explained(check)
    whole = f"{text}\n\n{details}" if details else text
    return _harmless(whole if len(whole) <= limit else f"{whole[: limit - 3]}...")


def _harmless(text: str) -> str:
    """Return `text` so that no line of it is a command to the runner (`::name::`, `##[name]`)."""
    return re.sub(r"(?m)^(\s*)::", r"\1: :", text).replace("##[", "## [")


def workflow(week: int, repository: str, ref: str = "main") -> str:
    """Return the workflow for the template repository of an assignment.

    Args:
        week: number of the week that it grades.
        repository: the one with the grader, as `owner/name`.
        ref: branch, tag or commit of it.

    Raises:
        UsageError: `repository` or `ref` is no name that GitHub allows.
    """
    if not _REPOSITORY.fullmatch(repository):
        raise UsageError(f"--repository ({line(repository)}) must be owner/name, as in its address on GitHub")
    if not _REF.fullmatch(ref):
        raise UsageError(f"--ref ({line(ref)}) must be a branch, a tag or a commit")
    text = files("grader.export").joinpath("classroom.yml").read_text("utf-8")
    for name, value in (("WEEK", str(week)), ("REPOSITORY", repository), ("REF", ref)):
        text = text.replace(f"@{name}@", value)
    return text
