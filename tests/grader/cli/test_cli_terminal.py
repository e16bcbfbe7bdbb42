"""Terminals of every kind: pipes that close, no terminal, no colour, 60 columns, ASCII only, no home folder."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import COMMAND, QUICK, REFERENCE, Done, environment, grader

SUBMIT = ["submit", "week1", "-s", str(REFERENCE), "-t", QUICK]


def on_a_terminal(*arguments: str, cwd: Path, **changes: str) -> tuple[int, str]:
    """Run `grader` with a terminal of 100 columns as output; return the exit code and every byte it drew."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=cwd,
        env=environment(TERM="xterm", COLUMNS="100", **changes),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    drawn = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # Linux: nobody holds the other end any more
            break
        if not piece:
            break
        drawn += piece
    os.close(ours)
    return process.wait(60), drawn.decode()


def test_a_terminal_shows_the_progress_and_then_the_table_alone(tmp_path: Path) -> None:
    """The bar names the check that runs and counts; it is erased before the table is drawn."""
    code, drawn = on_a_terminal(*SUBMIT, cwd=tmp_path)
    assert code == 0
    assert "starting" in drawn
    assert f"{QUICK} " in drawn
    assert re.search(r"\d/3", drawn)
    assert drawn.index("starting") < drawn.index("Score")
    after = drawn[drawn.index("Causal mask") :]
    assert "starting" not in after
    assert "\x1b[2K" in drawn  # lines of the bar are erased
    assert "\x1b[?25h" in drawn  # the cursor is shown again


def test_no_color_draws_without_colour_on_a_terminal(tmp_path: Path, graded: Path) -> None:
    """NO_COLOR is heeded: no sequence that sets a colour, on the terminal that has them otherwise."""
    colour = re.compile(r"\x1b\[[0-9;]*3[0-7]m")
    run = re.search(r"\d{8}-\d{6}-\w+", grader("history", cwd=graded).out)
    assert run is not None
    assert colour.search(on_a_terminal("show", run[0], cwd=graded)[1])
    assert not colour.search(on_a_terminal("show", run[0], cwd=graded, NO_COLOR="1")[1])


def test_without_a_terminal_there_is_no_progress_and_no_escape(here: Callable[..., Done]) -> None:
    """A log file gets the plain text, and stderr nothing, not even an empty line."""
    done = here("check", QUICK, "-s", REFERENCE)
    assert (done.code, done.err) == (0, "")
    assert "\x1b" not in done.out
    assert "starting" not in done.out


@pytest.mark.parametrize("arguments", [["history"], ["--help"], SUBMIT])
def test_an_ascii_terminal_gets_ascii(graded: Path, arguments: list[str]) -> None:
    """LANG=C without the interpreter's help: no crash, frames and names in ASCII."""
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    if arguments is SUBMIT:
        arguments = [*SUBMIT, "--student", "Zoë", "--home", str(graded / "zoe")]
    done = grader(*arguments, cwd=graded, **plain)
    assert (done.code, done.err) == (0, "")
    assert done.out.isascii()
    assert done.out.strip()


def test_a_message_fits_sixty_columns(graded: Path) -> None:
    """COLUMNS=60: table and messages are folded, but for lines that are there to be copied."""
    done = grader("check", QUICK, "-s", REFERENCE.parent / "student", cwd=graded, COLUMNS="60")
    assert done.code == 1
    assert max(map(len, done.out.splitlines())) <= 60
    assert "not implemented" in done.out


def test_a_reader_that_goes_away_ends_the_command_quietly(graded: Path) -> None:
    """`grader history | head -1`: code 141, as for a program that SIGPIPE ends, and not a word."""
    done = grader_without_reader("history", cwd=graded)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_reader_that_goes_away_costs_neither_report_nor_run(tmp_path: Path) -> None:
    """The files are written before anything is printed."""
    done = grader_without_reader(*SUBMIT, "--json", "result.json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (141, b"")
    assert (tmp_path / "result.json").exists()
    assert len(list((tmp_path / "reports").glob("*.html"))) == 1
    assert "finished" in grader("history", cwd=tmp_path).out


def grader_without_reader(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """Run `grader` with a pipe for output that nobody reads."""
    read, write = os.pipe()
    os.close(read)
    try:
        return subprocess.run(
            [*COMMAND, *arguments], cwd=cwd, env=environment(), stdout=write, stderr=subprocess.PIPE
        )
    finally:
        os.close(write)


def test_closed_streams_do_not_matter(graded: Path) -> None:
    """A service manager may start the grader with neither stdout nor stderr."""
    line = f"exec {' '.join(map(repr, COMMAND))} history >&- 2>&-"
    assert subprocess.run(["sh", "-c", line], cwd=graded, env=environment()).returncode == 0


def test_without_home_the_commands_work(graded: Path) -> None:
    """HOME and USER unset: the history lies in the current folder, and the name comes from the system."""
    done = grader("history", cwd=graded, HOME=None, USER=None, LOGNAME=None)
    assert (done.code, done.err) == (0, "")
    assert "finished" in done.out


def test_help_is_there_within_half_a_second_of_work(graded: Path) -> None:
    """--help imports neither numpy nor torch nor SQL; the time is the process's own, not the machine's."""
    code = (
        "import sys, time; from grader.cli import main\n"
        "sys.argv = ['grader', '--help']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'torch', 'sqlalchemy', 'transformers', 'mlx'} & set(sys.modules)\n"
        "print('HEAVY', sorted(heavy), time.process_time())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=graded, env=environment(), capture_output=True, text=True
    )
    heavy, seconds = done.stdout.splitlines()[-1].rpartition(" ")[::2]
    assert heavy == "HEAVY []"
    assert float(seconds) < 0.5


def test_the_help_of_a_command_has_examples(graded: Path) -> None:
    """`grader check --help` shows what to type."""
    done = grader("check", "--help", cwd=graded)
    assert (done.code, done.err) == (0, "")
    assert "grader check 1.3.1 --case 2" in done.out
