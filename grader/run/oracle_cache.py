"""What the oracles say about every case, computed once and shared by all submissions of a process."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from grader.course.model import Call, Case, CaseCheck, Check, Equivalent, Matches
from grader.oracles.expected import Expected
from grader.run.compare import Target, target
from grader.run.oracle_calls import arguments, find
from grader.run.session import PUBLIC_SEED, Checkpoints


@dataclass
class OracleCache:
    """Expected values by (seed, check, case), so that many submissions are judged by one evaluation of the oracle."""

    seed: int
    folders: Checkpoints
    _known: dict[tuple[str, str, bool, int], tuple[Call, dict[str, Any], Target]] = field(
        default_factory=dict
    )

    def get(self, task_id: str, check: Matches, case: Case) -> tuple[Call, dict[str, Any], Target]:
        """Return the call, the oracle's arguments and the target of a case."""
        key = (task_id, check.name, case.public, case.index)
        if key not in self._known:
            call = self.build(task_id, check, case)
            named = arguments(call, self.folders.folder)
            with torch.no_grad():
                expected: Expected = find(check.oracle)(**named)
            self._known[key] = call, named, target(expected, call.dtype, check.tolerance)
        return self._known[key]

    def build(self, task_id: str, check: CaseCheck, case: Case) -> Call:
        """Return the call of a case; the same seed gives the same numbers."""
        assert check.inputs is not None
        return check.inputs(case, self.generator(task_id, check, case))

    def other(self, task_id: str, check: Equivalent, case: Case) -> Call:
        """Return the second call of a case that compares two ways."""
        assert check.other is not None
        return check.other(case, self.generator(task_id, check, case))

    def twin(self, task_id: str, check: Equivalent, case: Case, first: npt.NDArray[Any]) -> Target:
        """Return what the second call of a case has to give, if the first one gave `first`."""
        call = self.build(task_id, check, case)
        with torch.no_grad():
            expected = find(check.magnitude)(**arguments(call, self.folders.folder))
        return target(
            Expected(torch.from_numpy(first.copy()), expected.magnitude), call.dtype, check.tolerance
        )

    def generator(self, task_id: str, check: Check, case: Case) -> np.random.Generator:
        """Return the generator of a case's numbers: public ones are the same everywhere."""
        name = zlib.crc32(f"{task_id} {check.name}".encode())
        return np.random.default_rng([PUBLIC_SEED if case.public else self.seed, name, case.index])
