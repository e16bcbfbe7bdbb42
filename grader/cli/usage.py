"""What the parser of the command line complains about, in one sentence that says what to type instead.

Knows the parser's exceptions; knows nothing about what the commands do.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Any

import typer

# typer brings the parser along, in some versions as a copy of its own: this is its UsageError in all of them
UsageProblem: Any = typer.BadParameter.__mro__[1]
ParserProblem: Any = typer.BadParameter.__mro__[2]

EXIT_CODE = 2


def sentence(error: Any, commands: Sequence[str]) -> str:
    """Return the sentence for one of the parser's exceptions.

    Args:
        error: the exception.
        commands: the names of all commands, among which the nearest is looked for.
    """
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "grader"
    command = re.match(r"No such command '(.*?)'", error.format_message(), re.DOTALL)
    if command is not None:
        return f"there is no command {command.group(1)!r}; {nearest(command.group(1), commands)}"
    option = getattr(error, "option_name", None)
    if type(error).__name__ == "NoSuchOption" and option is not None:
        known = [name for p in context.command.params for name in p.opts] if context is not None else []
        close = difflib.get_close_matches(option, [k for k in known if k.startswith("--")], n=1, cutoff=0.5)
        hint = f"did you mean {close[0]}?" if close else f"see {path} --help"
        return f"there is no option {option} for {path}; {hint}"
    text = error.format_message().strip().rstrip(".")
    return f"{text[:1].lower()}{text[1:]} (see {path} --help)"


def nearest(wanted: str, names: Sequence[str]) -> str:
    """Return "did you mean ...?" or the list of what there is."""
    close = difflib.get_close_matches(wanted.lower(), names, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else f"known are {', '.join(names)}"
