"""`grader`: the commands, and the one place where an error becomes a sentence and an exit code.

Exit codes: 0 all passed; 1 some check failed; 2 usage; 3 submission rejected; 4 the grader could not judge;
130 interrupted; 141 nobody read the output to its end.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
import warnings
from pathlib import Path
from typing import Annotated

import typer

from grader.cli import usage
from grader.cli.commands import COMMANDS, GROUPS
from grader.cli.interrupt import EXIT_CODE as INTERRUPTED
from grader.cli.interrupt import Interrupted, ignore
from grader.cli.terminal import ReaderGone, discard_output, prepare_streams, say
from grader.errors import CannotJudge, GraderError

READER_GONE = 141  # as for a program that SIGPIPE ends

app = typer.Typer(
    name="grader",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _name, _command in COMMANDS.items():
    app.command(_name)(_command)
for _name, _group in GROUPS.items():
    app.add_typer(_group, name=_name)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"grader {version('grader')}")
        raise typer.Exit


@app.callback()
def grader(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Grade a submission for the course: numbers against PyTorch, in isolation, with reasons.

    [bold]While you work:[/bold]  grader check 1.3.1

    [bold]To be graded:[/bold]    grader submit week1

    [bold]New machine:[/bold]     grader doctor
    """


def run() -> int:
    """Run the command that the arguments ask for and return the exit code; says at most one sentence."""
    prepare_streams()
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # of libraries, to their users: none of it helps a student
    code, sentence = _outcome()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        discard_output()
        code = READER_GONE
    except OSError as error:
        discard_output()
        code, sentence = CannotJudge.exit_code, sentence or f"the output: {_os_sentence(error)}"
    if sentence:
        say(sentence)
    return code


def _outcome() -> tuple[int, str]:
    try:
        code = app(prog_name="grader", standalone_mode=False)
        return (code if isinstance(code, int) else 0), ""
    except Interrupted as stop:
        ignore()
        return INTERRUPTED, stop.sentence
    except usage.ParserProblem as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            error.show()
            return usage.EXIT_CODE, ""
        return usage.EXIT_CODE, usage.sentence(error, [*COMMANDS, *GROUPS])
    except GraderError as error:
        return error.exit_code, str(error)
    except (ReaderGone, BrokenPipeError):
        discard_output()
        return READER_GONE, ""
    except OSError as error:
        return CannotJudge.exit_code, _os_sentence(error)
    except typer.Abort:
        return INTERRUPTED, "interrupted"
    except SystemExit as done:  # the parser's own: completion, help to a reader that has gone
        return (done.code if isinstance(done.code, int) else 0), ""
    except Exception as error:
        return CannotJudge.exit_code, (
            f"the grader itself failed: {type(error).__name__}: {error} ({_record()})"
        )


def _os_sentence(error: OSError) -> str:
    name = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full{name}; what was recorded before is kept"
    return f"{error.strerror or error}{name}"


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
