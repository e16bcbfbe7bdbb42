"""The command line. Each command is a module; heavy imports happen inside the commands, so that --help is instant."""

from grader.cli.app import main

__all__ = ["main"]
