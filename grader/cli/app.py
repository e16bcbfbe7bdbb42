"""`grader`: the commands, and the one place where an error becomes a sentence and an exit code.

Exit codes: 0 all passed; 1 some check failed; 2 usage; 3 submission rejected; 4 the grader could not judge;
130 interrupted.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from pathlib import Path
from typing import NoReturn

import click
import typer

from grader.cli import check, doctor, history, submit, validate
from grader.errors import CannotJudge, GraderError

INTERRUPTED = 130

app = typer.Typer(
    name="grader",
    help="Grade a submission for the course: numbers against PyTorch, in isolation, with reasons.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("submit")(submit.submit)
app.command("check")(check.check)
app.command("doctor")(doctor.doctor)
app.command("validate")(validate.validate)
app.command("history")(history.history)
app.command("show")(history.show)


def main() -> NoReturn:
    """Run the command line and exit with the code of the outcome; never shows a traceback."""
    try:
        code = app(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted; what was finished is kept, and the same command goes on from there")
        sys.exit(INTERRUPTED)
    except GraderError as error:
        _say(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # the reader went away; nothing to tell it
        sys.exit(CannotJudge.exit_code)
    except OSError as error:
        _say(_os_sentence(error))
        sys.exit(CannotJudge.exit_code)
    except Exception as error:
        _say(f"the grader itself failed: {type(error).__name__}: {error} ({_record()})")
        sys.exit(CannotJudge.exit_code)


def _say(sentence: str) -> None:
    print(f"grader: {sentence}", file=sys.stderr)


def _os_sentence(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"the disk is full{f' ({error.filename})' if error.filename else ''}; what was finished is kept"
        )
    return f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"


def _record() -> str:
    """Write the traceback where staff can find it, and say where."""
    path = Path(os.environ.get("GRADER_HOME", ".grader")) / "errors.log"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("a") as stream:
            traceback.print_exc(file=stream)
    except OSError:
        return "details could not be written"
    return f"details for staff are in {path}"
