"""What a check found out, before it becomes a message."""

from __future__ import annotations

from dataclasses import dataclass

from grader.metal_result import Trace
from grader.result import ErrorMap, Message


@dataclass(frozen=True)
class Finding:
    """Why one case does not pass. `kind` is the word that clusters and tests use."""

    kind: str
    expected: str
    got: str
    region: str = ""
    map: ErrorMap | None = None
    neutral: str = ""  # `got` without any number that would give a hidden case away
    hint: str = ""  # what it means or usually comes from, the same for every case
    trace: Trace | None = None  # what threads of a Metal kernel did


class Failed(Exception):
    """Raised by a scenario: the submission does not do what the check asks for."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.kind)
        self.message = message
