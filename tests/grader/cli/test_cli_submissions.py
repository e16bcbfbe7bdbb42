"""Submissions with broken files: graded all the same, with a note that says which file and which line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import REFERENCE, Done

Command = Callable[..., Done]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the reference, to be broken."""
    return Path(shutil.copytree(REFERENCE, tmp_path / "mine", ignore=shutil.ignore_patterns("__pycache__")))


def append(file: Path, text: str) -> int:
    """Add a line to a file and return its number."""
    before = file.read_text()
    file.write_text(before + text + "\n")
    return before.count("\n") + 1


def test_a_syntax_error_costs_its_own_file_alone_and_is_noted_with_file_and_line(
    here: Command, copy: Path
) -> None:
    """The mask is in another file and keeps its points; the note names layer_norm.py and the line."""
    line = append(copy / "layer_norm.py", "def broken(:")
    done = here("submit", "week1", "-s", copy, "-t", "1.3.2", "-t", "1.4.1", "--json", "result.json")
    assert (done.code, done.err) == (1, "")
    assert [text for text in done.out.splitlines() if text.startswith("note: ")] == [
        f"note: mine/layer_norm.py:{line} does not import: SyntaxError: invalid syntax (layer_norm.py, line {line})"
    ]
    result = json.loads(Path("result.json").read_text())
    assert {t["id"]: (t["status"], t["points"]) for t in result["tasks"]} == {
        "1.3.2": ("PASS", 4),
        "1.4.1": ("FAIL", 0),
    }
    assert len(result["notes"]) == 1


def test_a_package_whose_own_import_fails_is_graded_module_by_module(here: Command, copy: Path) -> None:
    """`__init__.py` imports the broken file: the others are still graded, and the note is there."""
    append(copy / "__init__.py", "from .layer_norm import RMSNorm")
    line = append(copy / "layer_norm.py", "def broken(:")
    done = here("check", "1.3.2", "-s", copy)
    assert (done.code, done.err) == (0, "")
    assert "note: layer_norm does not import: SyntaxError: invalid syntax" in done.out
    assert f"layer_norm.py:{line} in <module>" in done.out


def test_a_missing_package_is_named(here: Command, copy: Path) -> None:
    """`import einops` at the top is no wrong answer: the note says which package is not there."""
    file = copy / "attention.py"
    file.write_text("import einops\n" + file.read_text())
    done = here("check", "1.3.2", "-s", copy)
    assert (done.code, done.err) == (1, "")
    assert "does not import: ModuleNotFoundError: needs the package 'einops'" in done.out
    assert "attention.py:1" in done.out


def test_a_file_left_out_is_noted(here: Command, copy: Path) -> None:
    """What is not graded because of its kind is said, since the student may think otherwise."""
    (copy / "weights.bin").write_bytes(b"x")
    done = here("check", "1.3.2", "-s", copy)
    assert done.code == 0
    assert "note: left out: " in done.out
    assert "weights.bin (not a source file)" in done.out
