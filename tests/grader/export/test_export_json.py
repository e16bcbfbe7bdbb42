"""The result file is what its schema and its documentation say."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from exported_results import EXAMPLE, WRONG
from jsonschema import Draft202012Validator

import grader.export
from grader.errors import CannotJudge, UsageError
from grader.export.json_file import result_schema, result_text, write_result
from grader.result import CheckResult, Message, Result, TaskResult, Tier, Verdict

ROOT = Path(grader.export.__file__).parents[2]
DOCUMENTATION = ROOT / "docs" / "result-file.md"


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield each part of the schema that describes an object."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


def test_the_schema_is_strict_and_describes_everything() -> None:
    """The schema is valid, no object takes unknown fields, every field is required and has a description."""
    Draft202012Validator.check_schema(result_schema())
    found = list(objects(result_schema()))
    assert len(found) >= 9
    for part in found:
        assert part["additionalProperties"] is False or part["additionalProperties"]["type"] == "string"
        assert part["description"]
        properties = part.get("properties", {})
        assert part.get("required", []) == list(properties)
        for name, field in properties.items():
            assert field.get("description") or field.get("$ref") == "#/$defs/status", name


def test_a_result_comes_back_from_its_file(tmp_path: Path) -> None:
    """What is written matches the schema and is read as the same result."""
    write_result(EXAMPLE, tmp_path / "result.json")
    document = json.loads((tmp_path / "result.json").read_text("ascii"))
    Draft202012Validator(result_schema()).validate(document)
    assert Result.from_json(document) == EXAMPLE
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


def test_the_schema_knows_every_field_of_the_result() -> None:
    """A field that is added to a message, check, task or result without the schema is noticed."""
    definitions = result_schema()["$defs"]
    renamed = {"verdict": "status"}
    for kind, name, more in (
        (CheckResult, "check", {"hint", "detail"}),
        (TaskResult, "task", set()),
        (Message, "detail", set()),
    ):
        named = {renamed.get(field.name, field.name) for field in fields(kind)}
        assert set(definitions[name]["properties"]) == named | more
    assert {field.name for field in fields(Result)} - set(result_schema()["properties"]) == {"progress"}


def test_every_verdict_and_tier_is_allowed() -> None:
    """The schema's lists of verdicts and tiers are those of the code."""
    definitions = result_schema()["$defs"]
    assert definitions["status"]["enum"] == [verdict.value for verdict in Verdict]
    assert definitions["check"]["properties"]["tier"]["enum"] == [tier.value for tier in Tier]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "grader-result/2"),
        (("tasks", 0, "status"), "OK"),
        (("tasks", 0, "points"), "2"),
        (("tasks", 0, "checks", 1, "detail", "colour"), "red"),
        (("tasks", 0, "checks", 1, "tier"), "bonus"),
        (("tasks", 0, "checks", 0, "cases_total"), 1.5),
        (("hashes", "machine"), "x"),
        (("started_at",), "yesterday"),
        (("days", "two"), "Positions"),
        (("more",), 1),
    ],
)
def test_the_schema_refuses_what_is_not_a_result(path: tuple[str | int, ...], value: object) -> None:
    """One wrong value or unknown field anywhere makes the document invalid."""
    document: Any = copy.deepcopy(EXAMPLE.to_json())
    assert Draft202012Validator(result_schema()).is_valid(document)
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert not Draft202012Validator(result_schema()).is_valid(document)


def test_a_result_that_breaks_the_schema_is_not_written(tmp_path: Path) -> None:
    """A mistake of the grader is named with its place, and the file that was there stays."""
    (tmp_path / "result.json").write_text("before")
    with pytest.raises(
        CannotJudge, match=r"does not match its schema at \$\.started_at: 'noon' does not match"
    ):
        write_result(replace(EXAMPLE, started_at="noon"), tmp_path / "result.json")
    assert (tmp_path / "result.json").read_text() == "before"


def test_hostile_text_is_written_and_read(tmp_path: Path) -> None:
    """Lone surrogates, quotes and control characters in student text neither break the file nor get lost."""
    message = replace(WRONG, got='\udc80"\\\x00\u2028</script>', printed="\U0001f600")
    check = replace(EXAMPLE.tasks[0].checks[1], message=message)
    result = replace(EXAMPLE, tasks=(replace(EXAMPLE.tasks[0], checks=(check,)),))
    write_result(result, tmp_path / "result.json")
    assert Result.from_json(json.loads((tmp_path / "result.json").read_bytes())) == result


def test_a_file_that_is_there_is_replaced_whole(tmp_path: Path) -> None:
    """A longer file leaves no rest, and the new one has the rights of a plainly written file."""
    path = tmp_path / "result.json"
    path.write_text("x" * 100_000)
    (tmp_path / "plain").touch()
    write_result(EXAMPLE, path)
    assert path.read_text() == result_text(EXAMPLE)
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_place_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    """A missing folder, a file in its place, and a folder in place of the file are named."""
    (tmp_path / "file").touch()
    for path, reason in (
        (tmp_path / "nowhere" / "r.json", "there is no folder"),
        (tmp_path / "file" / "r.json", "there is no folder"),
        (tmp_path, "it is a folder"),
    ):
        with pytest.raises(UsageError, match=reason):
            write_result(EXAMPLE, path)


@pytest.mark.parametrize(("option", "reason"), [("size=4k", "the disk is full"), ("ro", "read-only")])
def test_a_full_or_read_only_disk_is_one_sentence(tmp_path: Path, option: str, reason: str) -> None:
    """Where the file does not fit or may not be written, nothing is left behind."""
    mount = ["mount", "-t", "tmpfs", "-o", option, "none", str(tmp_path)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("a small file system can only be mounted by root on Linux")
    try:
        long = replace(EXAMPLE, notes=("x" * 10_000,))
        with pytest.raises(CannotJudge, match=f"cannot be written: .*{reason}"):
            write_result(long, tmp_path / "result.json")
        assert list(tmp_path.iterdir()) == []
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_the_documentation_names_every_field() -> None:
    """Each field of the schema stands in the documentation, in a table row with its own description."""
    text = DOCUMENTATION.read_text("utf-8")
    for part in objects(result_schema()):
        for name, field in part.get("properties", {}).items():
            assert f"`{name}`" in text
            if part is not result_schema()["properties"]["hashes"] and "description" in field:
                assert re.search(
                    rf"^\| `{name}` \| .* \| {re.escape(field['description'])} \|$", text, re.M
                ), name


def test_the_example_in_the_documentation_is_a_result() -> None:
    """The example is exactly what the grader writes for the result that these tests use."""
    (example,) = re.findall(r"```json\n(.*?)```", DOCUMENTATION.read_text("utf-8"), re.S)
    assert example == result_text(EXAMPLE)
