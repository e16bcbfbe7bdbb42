"""docs/instructors-guide.md: its commands exist, its files are read, its links lead somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
import typer

from grader.class_result import Student
from grader.classroom import policy, roster
from grader.classroom.policy_rules import Policy
from grader.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "instructors-guide.md").read_text()
COMMANDS = sorted(set(re.findall(r"(?:^\$ |`)(grader [^\n`]+)(?:$|`)", PAGE, re.M)))


def _block(language: str) -> str:
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.M | re.S)
    return block


def test_the_page_has_commands():
    """They are found in the text, so that the next test looks at something."""
    words = {command.split()[1] for command in COMMANDS}
    assert {"doctor", "release", "class", "export", "submit", "validate"} <= words


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_page_is_one(line):
    """The command exists, takes every option that is shown, and as many arguments."""
    command: click.Command = typer.main.get_command(app)
    words, context = shlex.split(line)[1:], click.Context(command)
    while hasattr(command, "get_command"):
        word = words.pop(0)
        found = command.get_command(context, word)
        assert found is not None, f"there is no {word!r} in {line!r}"
        command, context = found, click.Context(found, parent=context)
    if words:  # a command that is only named in a sentence has none
        command.make_parser(context).parse_args(args=list(words))


def test_the_policy_of_the_page_is_read(tmp_path):
    """Every key is known, and every key is there."""
    path = tmp_path / "policy.toml"
    path.write_text(_block("toml"))
    found = policy.read(path)
    assert {e.who for e in found.extensions} == {"section", "student"}
    same = [name for name, value in vars(Policy()).items() if getattr(found, name) == value]
    assert same == ["beyond", "count"]  # whose other value stands in the comment


def test_the_roster_of_the_page_is_read(tmp_path):
    """Three students, two of them in a group."""
    path = tmp_path / "roster.csv"
    path.write_text(_block("csv"))
    assert tuple(roster.read(path))[1:] == (
        Student("s002", "Grace Hopper", "grace@example.org", "B", "red", "s002"),
        Student("s003", "Alan Turing", "alan@example.org", "B", "red", "s003"),
    )


def test_links_lead_to_pages_that_are_there():
    """A page that is renamed takes its links with it."""
    linked = {link for link in re.findall(r"\]\(([^)]+)\)", PAGE) if not link.startswith("https://")}
    assert {link for link in linked if not (ROOT / "docs" / link).is_file()} == set()
    assert "exports.md" in linked
