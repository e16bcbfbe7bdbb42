"""Mistakes on the command line: one sentence that says what to type instead, and the exit code for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import REFERENCE, Done

from grader.cli.terminal import one_line

Command = Callable[..., Done]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["sumbit", "week1"], "there is no command 'sumbit'; did you mean submit?"),
        (
            ["zzz"],
            "there is no command 'zzz'; known are submit, check, history, show, bench, compare, simulate, release, "
            "doctor, validate, class, export",
        ),
        (["submit", "weak1"], "there is no 'weak1'; did you mean week1 or week2?"),
        (["check", "9"], "there is no '9'; known are week1, week2"),
        (["submit", "week1", "--tsk", "1"], "there is no option --tsk for grader submit; did you mean --task?"),
        (["history", "--zzz"], "there is no option --zzz for grader history; see grader history --help"),
        (["submit", "week1", "-t", "1.3.9"], "there is no task '1.3.9'; did you mean 1.3.3 or 1.3.2 or 1.3.1?"),
        (["check", "1.3.2", "--case", "99"], "task 1.3.2 has the public cases 1 to 7, not 99"),
        (["check", "week1", "--case", "1"], "--case goes with one task, such as: grader check 1.3.1 --case 2"),
        (["bench", "--op", "matmul"], "there is no op 'matmul'; known are quantized_matmul, flash_attention, all"),
        (["bench", "--model", "3b"], "there is no model '3b'; known are 0.5b, 1.5b, 7b, all"),
        (["bench", "--dtype", "int8"], "there is no dtype 'int8'; known are float32, float16, bfloat16"),
        (["compare", "a.json", "b.json"], "there is no file a.json"),
        (["compare", "2099", "2098"], "no run is called '2099'; there are 0 runs: grader history."),
        (["submit"], "missing argument 'WEEK' (see grader submit --help)"),
        (["show", "2099"], "no run is called '2099'; there are 0 runs: grader history."),
        (["validate", "--group", "x"], "there is no group 'x'; known are reference, skeleton, mutants, "
         "variations, attacks"),
    ],
)  # fmt: skip
def test_a_wrong_command_line_gets_one_sentence_and_exit_code_2(
    here: Command, arguments: list[str], sentence: str
) -> None:
    """What does not exist is named, with the nearest that does; nothing else is printed."""
    assert here(*arguments) == Done(2, "", f"grader: {sentence}\n")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nowhere", "there is no folder nowhere"),
        ("empty", "the submission folder empty is empty"),
        ("file.py", "the submission file.py is a file, not a folder"),
    ],
)
def test_what_cannot_be_graded_is_rejected_with_exit_code_3(
    here: Command, tmp_path: Path, name: str, sentence: str
) -> None:
    """No such folder, an empty one, a file: each command says so, and makes neither a run nor a report folder."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.py").write_text("")
    for command in (["submit", "week1"], ["check", "1.3.2"]):
        assert here(*command, "-s", name) == Done(3, "", f"grader: {sentence}\n")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty", "file.py"]


def test_a_folder_without_the_package_is_rejected_and_told_what_was_looked_for(
    here: Command, tmp_path: Path
) -> None:
    """The sentence names the places, so that the student can see which one was meant."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "readme.txt").write_text("nothing to grade")
    done = here("check", "1.3.2", "-s", "notes")
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("grader: no package found in notes: looked for basics.py")
    assert done.err.count("\n") == 1


def test_files_in_place_of_folders_are_named_before_anything_is_graded(here: Command, tmp_path: Path) -> None:
    """--report on a file and --json on a folder end with code 2 at once, not after the grading."""
    (tmp_path / "taken").write_text("")
    (tmp_path / "folder").mkdir()
    command = ["submit", "week1", "-s", str(REFERENCE), "-t", "1.3.2"]
    assert here(*command, "--report", "taken") == Done(
        2, "", "grader: the report folder taken is not a folder\n"
    )
    assert here(*command, "--json", "folder") == Done(
        2, "", "grader: the result file folder is a folder; give the name of a file in it\n"
    )
    assert not (tmp_path / ".grader").exists()


def test_without_a_command_the_help_is_shown(here: Command) -> None:
    """Somebody who types `grader` alone sees what there is; the exit code says that nothing was done."""
    done = here()
    assert done.code == 2
    assert all(name in done.out + done.err for name in ("submit", "check", "history", "doctor"))


def test_the_version_is_the_installed_one(here: Command) -> None:
    """`grader --version` prints name and version, and nothing else."""
    from importlib.metadata import version

    assert here("--version") == Done(0, f"grader {version('grader')}\n", "")


def test_a_sentence_is_one_line_whatever_is_in_it() -> None:
    """Names with line ends, terminal escapes and broken bytes cannot make a second line or move the cursor."""
    assert one_line("a\nb\t c\x1b[2J\u202e \udcff") == "a b c\\x1b[2J\\u202e \\udcff"


def test_a_mistake_of_the_grader_is_one_sentence_and_its_traceback_a_file(
    here: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception that nobody foresaw ends with code 4; staff find the traceback, the user sees none."""

    def broken(name: str) -> None:
        raise RuntimeError("the roof\nis gone")

    monkeypatch.setattr("grader.course.catalog.find_week", broken)
    assert here("submit", "week1") == Done(
        4,
        "",
        "grader: the grader itself failed: RuntimeError: the roof is gone "
        "(details for staff are in .grader/errors.log)\n",
    )
    assert "in broken" in (tmp_path / ".grader" / "errors.log").read_text()
