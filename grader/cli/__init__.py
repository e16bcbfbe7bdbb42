"""The command line. Each command is a module; heavy imports happen inside the commands, so that --help is instant."""

from __future__ import annotations

import sys
from typing import NoReturn

from grader.cli import interrupt


def main() -> NoReturn:
    """Run the command line and exit with the code of the outcome; never shows a traceback."""
    interrupt.listen()  # before the imports, which already take long enough to be interrupted
    try:
        from grader.cli.app import run

        code = run()
    except interrupt.Interrupted as stop:
        interrupt.ignore()
        code = interrupt.EXIT_CODE
        sys.stderr.write(f"grader: {stop.sentence}\n")
    sys.exit(code)


__all__ = ["main"]
