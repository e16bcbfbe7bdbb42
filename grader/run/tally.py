"""What the cases of one check came to, so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.result import Message
from grader.run.evidence import Sample


@dataclass
class Tally:
    """Cases judged so far, and the first finding, public ones first."""

    passed: int = 0
    total: int = 0
    fatal: int = 0
    failing_s: float = 0.0
    first: Message | None = None
    first_public: bool = False
    samples: list[Sample] = field(default_factory=list)

    def fail(self, message: Message, public: bool) -> None:
        """Count a finding, and keep the first one."""
        if self.first is None or (public and not self.first_public):
            self.first, self.first_public = message, public
