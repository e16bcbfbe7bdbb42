"""docs/commands.md and the shell's completion know every command, option, week, task and run."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import typer
from command_line import ROOT, grader

from grader.cli import complete
from grader.cli.app import app
from grader.course.catalog import COURSE

DOCS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


def section(name: str) -> str:
    """Return the part of the documentation about one command."""
    found = re.search(rf"^## grader {name}\b.*?(?=^## |\Z)", DOCS, re.DOTALL | re.MULTILINE)
    assert found is not None, f"docs/commands.md has no section about grader {name}"
    return found[0]


def commands() -> dict[str, Any]:
    """Return every command, those of a group by both names."""
    found = {}
    for name, command in cast("Any", typer.main.get_command(app)).commands.items():
        inner = getattr(command, "commands", None)
        found.update({f"{name} {n}": c for n, c in inner.items()} if inner else {name: command})
    return found


def test_every_option_of_every_command_is_documented_and_no_other() -> None:
    """The tables name exactly the options that the command line has."""
    for name, command in commands().items():
        given = [p for p in command.params if p.param_type_name == "option"]
        options = {o for p in given for o in (*p.opts, *p.secondary_opts)} - {"--help", "-h"}
        documented = set(re.findall(r"(?<=`)--?[a-z-]+(?=`)", section(name)))
        assert documented == options, name
    assert set(re.findall(r"^## grader ((?:class |export )?\w+)", DOCS, re.MULTILINE)) == set(commands())


def test_every_exit_code_is_documented() -> None:
    """The table has each code that the command line gives."""
    assert re.findall(r"^\| (\d+) \|", DOCS, re.MULTILINE) == ["0", "1", "2", "3", "4", "130", "141"]


def test_completion_knows_what_the_course_has() -> None:
    """It reads the course's text without importing it; both must say the same."""
    assert complete.weeks() == [f"week{week.number}" for week in COURSE.weeks]
    assert complete.tasks() == sorted((t.id, t.title) for week in COURSE.weeks for t in week.tasks)
    assert complete.tasks("1.3.") == [(i, t) for i, t in complete.tasks() if i.startswith("1.3.")]
    assert complete.weeks_and_tasks("w") == [(name, "the whole week") for name in complete.weeks()]


def test_completion_of_runs_reads_the_home_that_was_given(tmp_path: Path) -> None:
    """Newest first, those that begin with what was typed."""
    (tmp_path / "runs").mkdir()
    for name in ("20260101-a", "20260102-b", "20270101-c"):
        (tmp_path / "runs" / f"{name}.jsonl").touch()
    context = cast("typer.Context", SimpleNamespace(params={"home": tmp_path}))
    assert complete.runs(context, "2026") == ["20260102-b", "20260101-a"]


def test_the_shell_gets_completions_through_the_real_door() -> None:
    """What bash asks and what it gets: the tasks that begin with 1.3."""
    done = grader(
        cwd=ROOT,
        _GRADER_COMPLETE="complete_bash",
        COMP_WORDS="grader check 1.3",
        COMP_CWORD="2",
    )
    assert done.out.split() == ["1.3.1", "1.3.2", "1.3.3"]
    assert done.err == ""
