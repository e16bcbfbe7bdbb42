"""The result file: `Result.to_json` as text, held to `result.schema.json` before it is written.

Knows nothing about the command line or the history.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from grader.errors import CannotJudge
from grader.export.whole_file import write_whole
from grader.result import Result


@lru_cache(maxsize=1)
def result_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the result file."""
    schema: dict[str, Any] = json.loads(
        files("grader.export").joinpath("result.schema.json").read_text("utf-8")
    )
    return schema


def result_text(result: Result) -> str:
    """Return the result file as ASCII text that ends with a line feed.

    Raises:
        CannotJudge: the result does not match the schema, which is a mistake of the grader.
    """
    document = result.to_json()
    problems = sorted(
        Draft202012Validator(result_schema()).iter_errors(document), key=lambda found: found.json_path
    )
    if problems:
        first = problems[0]
        raise CannotJudge(
            f"the result of run {result.run_id} does not match its schema at {first.json_path}: "
            f"{first.message[:200]} ({len(problems)} in all). No file was written; the run is in the history."
        )
    return json.dumps(document, indent=2) + "\n"


def write_result(result: Result, path: Path) -> None:
    """Write the result file to `path`, whole or not at all; a file that is there is replaced.

    Raises:
        CannotJudge: the result does not match the schema, or the disk is full or read-only.
        UsageError: the folder of `path` does not exist, or `path` is a folder.
    """
    text = result_text(result)
    try:
        write_whole(path, text.encode("ascii"))
    except CannotJudge as error:
        raise CannotJudge(f"{error}. The run is in the history.") from error
