"""The result file: `Result.to_json` as text, held to `result.schema.json` before it is written.

Knows nothing about the command line or the history.
"""

from __future__ import annotations

import errno
import json
import os
import tempfile
from contextlib import suppress
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from grader.errors import CannotJudge, UsageError
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
        _replace(path, text)
    except OSError as error:
        raise _explained(error, path) from error


def _replace(path: Path, text: str) -> None:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    umask = os.umask(0)
    os.umask(umask)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "w", encoding="ascii") as file:
            os.fchmod(descriptor, 0o666 & ~umask)  # the rights that a plainly written file would have
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _explained(error: OSError, path: Path) -> CannotJudge | UsageError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return UsageError(f"{path} cannot be written: there is no folder {path.parent}.")
    if isinstance(error, IsADirectoryError):
        return UsageError(f"{path} cannot be written: it is a folder.")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return CannotJudge(f"{path} cannot be written: the disk is full. The run is in the history.")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return CannotJudge(f"{path} cannot be written: the folder is read-only. The run is in the history.")
    return CannotJudge(f"{path} cannot be written: {error.strerror}. The run is in the history.")
