"""`grader check`: the inner loop, with the numbers of what is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from command_line import REFERENCE, Done
from rich.console import Console

from grader.cli.numbers import Numbers, wrong_elements
from grader.run.compare import Target

Command = Callable[..., Done]


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A copy of the reference whose mask is aligned at the top left."""
    folder = Path(shutil.copytree(REFERENCE, tmp_path / "mine"))
    file = folder / "attention.py"
    text = file.read_text()
    right = "last_visible = mx.arange(L)[:, None] + (S - L)"
    assert text.count(right) == 1
    file.write_text(text.replace(right, "last_visible = mx.arange(L)[:, None]"))
    return folder


def test_a_case_shows_its_inputs_and_the_wrong_elements_side_by_side(here: Command, wrong: Path) -> None:
    """For L=1 and S=5 the mask hides the four keys that the query must see: four lines, each with both numbers."""
    done = here("check", "1.3.2", "--case", 3, "-s", wrong)
    assert (done.code, done.err) == (1, "")
    shown = done.out[done.out.index("1.3.2 case 3: ") :].splitlines()
    assert [line.rstrip() for line in shown[1:4]] == ["  L = 1", "  S = 5", "  dtype = mx.float32"]
    assert shown[4].split() == ["index", "expected", "got", "difference", "allowed"]
    assert [line.split() for line in shown[6:10]] == [
        ["[0,", f"{key}]", "0", "-inf", "-inf", "none"] for key in (1, 2, 3, 4)
    ]
    assert "score" not in done.out.lower()  # of one case there is none


def test_a_task_shows_every_failing_check_with_its_hint_and_numbers(here: Command, wrong: Path) -> None:
    """Without a case each failing check has its five lines, a proved hint and a table."""
    done = here("check", "1.3.2", "-s", wrong)
    assert (done.code, done.err) == (1, "")
    assert "the mask is aligned at the top left" in done.out
    assert "rerun     grader check 1.3.2 --case 3" in done.out
    assert done.out.count("1.3.2 case ") == 1


def test_a_passing_check_says_that_hidden_cases_are_left(here: Command) -> None:
    """What passes here has not been graded yet, and nothing is recorded."""
    done = here("check", "1.3.2", "-s", REFERENCE)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == (
        "1.3.2 passes the public cases; grader submit week1 tries the hidden ones too."
    )
    assert not Path(".grader").exists()
    assert not Path("reports").exists()


def test_what_is_not_implemented_has_no_table(here: Command) -> None:
    """Where there is no number, none is shown."""
    done = here("check", "1.3.2", "-s", REFERENCE.parent / "student")
    assert (done.code, done.err) == (1, "")
    assert "not implemented: task 1.3.2" in done.out
    assert "difference" not in done.out


def text(found: Numbers, limit: int = 8) -> list[list[str]]:
    """Return the table's lines as words."""
    console = Console(width=100, file=None)
    with console.capture() as capture:
        console.print(wrong_elements(found, limit))
    return [line.split() for line in capture.get().splitlines()]


def test_the_table_has_index_both_numbers_the_difference_and_the_bound() -> None:
    """Numbers that one can compute by hand: 2.5 for 2 is off by 0.5 where 0.25 is allowed; NaN stays NaN."""
    value = np.array([[1.0, 2.0], [3.0, 4.0]])
    want = Target(value, np.full((2, 2), 0.25), "float32", 4.0, exact=False)
    got = np.array([[1.0, 2.5], [3.0, np.nan]])
    found = Numbers({}, got, want, np.array([[False, True], [False, True]]))
    assert text(found)[2:] == [
        ["[0,", "1]", "2", "2.5", "+0.5", "0.25"],
        ["[1,", "1]", "4", "nan", "+nan", "0.25"],
    ]


def test_a_long_table_is_cut_and_says_how_many_there_are() -> None:
    """The first wrong elements in order, and their number with a separator of thousands."""
    value = np.zeros(2000)
    want = Target(value, np.zeros(2000), "float32", 1.0, exact=True)
    lines = text(Numbers({}, value + 1, want, np.ones(2000, dtype=np.bool_)), limit=2)
    assert lines[2:4] == [["[0]", "0", "1", "+1", "none"], ["[1]", "0", "1", "+1", "none"]]
    assert " ".join(lines[4]) == "the first 2 of 2,000 wrong elements"
