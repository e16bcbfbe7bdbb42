"""What the simulator refuses, and with which words: findings in a source file, and the errors that carry them.

It knows nothing about Metal: a finding is a place, a sentence and a cure.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable


@dataclasses.dataclass(frozen=True)
class Finding:
    """One sentence about one line of a source file.

    Attributes:
        file: Path of the file as the caller gave it.
        line: Line, from 1.
        rule: Short name of the rule, such as ``no-double``.
        sentence: What is wrong.
        cure: What to write instead; empty where there is nothing to say.
        certain: Whether Metal's compiler is sure to refuse the text. A finding that is not certain is a warning.
    """

    file: str
    line: int
    rule: str
    sentence: str
    cure: str = ""
    certain: bool = True

    def __str__(self) -> str:
        cure = f" {self.cure}" if self.cure else ""
        return f"{self.file}:{self.line}: {self.sentence}{cure}"


class SimulatorError(Exception):
    """The simulator cannot go on; the message says why."""


class SourceError(SimulatorError):
    """A Metal source file is refused; ``findings`` holds a sentence for each place."""

    def __init__(self, findings: Iterable[Finding]):
        self.findings = tuple(findings)
        super().__init__("\n".join(map(str, self.findings)))


class CompileError(SourceError):
    """Clang refuses the translated text; the findings are its messages at the lines of the Metal source."""


class NoCompiler(SimulatorError):
    """There is no clang that can compile for the simulator."""


class LaunchError(SimulatorError, ValueError):
    """A dispatch that cannot start: an argument of the caller is wrong."""
