"""What was recorded about every public case, in place of oracles."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.course.model import Call, Case, CaseCheck, Check, Equivalent, Matches
from grader.release.public_cases import Answer, Recorded, public_cases
from grader.run.compare import Target
from grader.run.session import PUBLIC_SEED, Checkpoints


@dataclass
class OracleCache:
    """Recorded answers by check and case. There are public cases only."""

    seed: int
    folders: Checkpoints

    def get(self, task_id: str, check: Matches, case: Case) -> tuple[Call, dict[str, Any], Target]:
        """Return the call, the recorded wrong answers by hint, and the target of a case."""
        found = self._recorded(task_id, check, case)
        assert found.answer is not None
        return found.call, {"wrong": found.wrong or {}}, as_target(found.answer)

    def build(self, task_id: str, check: CaseCheck, case: Case) -> Call:
        """Return the call of a case."""
        return self._recorded(task_id, check, case).call

    def other(self, task_id: str, check: Equivalent, case: Case) -> Call:
        """Return the second call of a case that compares two ways."""
        other = self._recorded(task_id, check, case).other
        assert other is not None
        return other

    def twin(self, task_id: str, check: Equivalent, case: Case, first: npt.NDArray[Any]) -> Target:
        """Return what the second call of a case has to give, if the first one gave `first`."""
        answer = self._recorded(task_id, check, case).answer
        assert answer is not None
        return replace(as_target(answer), value=first)

    def generator(self, task_id: str, check: Check, case: Case) -> np.random.Generator:
        """Return the generator of a public case's numbers."""
        return np.random.default_rng(
            [PUBLIC_SEED, zlib.crc32(f"{task_id} {check.name}".encode()), case.index]
        )

    def _recorded(self, task_id: str, check: Check, case: Case) -> Recorded:
        return public_cases().case(task_id, check.name, case.index)


def as_target(answer: Answer) -> Target:
    """Return a recorded answer as a target of comparison."""
    return Target(answer.value, answer.bound, answer.dtype, answer.c, answer.exact)
