"""Errors that end a command, each with the exit code and the one sentence that the user reads.

Knows nothing about the course, the worker or the command line.
"""

from __future__ import annotations


class GraderError(Exception):
    """End the command with one sentence and `exit_code`; never shown as a traceback."""

    exit_code = 4


class UsageError(GraderError):
    """The command line asks for something that does not exist (unknown week, task, run)."""

    exit_code = 2


class SubmissionRejected(GraderError):
    """The submission cannot be graded at all: missing folder, no package in it, too large."""

    exit_code = 3


class CannotJudge(GraderError):
    """The grader itself cannot do its work: sandbox layer missing, disk full, database corrupt."""

    exit_code = 4
