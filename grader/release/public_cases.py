"""What a student's package knows about the public cases: calls, right answers with their bounds, recorded once.

A JSON file and one block of bytes beside it, written by `grader.release.record`. No oracle is needed to read it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from grader.course.model import Call, Week
from grader.course.scenarios.frequencies import Play
from grader.errors import CannotJudge
from grader.paths import ROOT
from grader.release.codec import Reader

if TYPE_CHECKING:
    from grader.course.scenarios.served import Fed

FORMAT = "grader-public-cases/1"
FOLDER = ROOT / "public"
INDEX, BLOCK = "cases.json", "cases.npz"


@dataclass(frozen=True)
class Answer:
    """A right answer: value and bound of every element, the precision, and how many eps are allowed."""

    value: npt.NDArray[Any]
    bound: npt.NDArray[np.float64]
    dtype: str
    c: float
    exact: bool


@dataclass(frozen=True)
class Recorded:
    """One public case: its call, and what its kind of check needs."""

    call: Call
    other: Call | None = None  # the second way of an `Equivalent` check
    answer: Answer | None = None  # of an `Equivalent` check: bounds alone
    wrong: Mapping[str, npt.NDArray[Any] | None] | None = None  # by hint; None: does not run on this case


def rows_key(checkpoint: str, dtype: str, rows: Sequence[Fed]) -> str:
    """Return the name of a call that feeds these rows to a model of a checkpoint."""
    return hashlib.sha256(repr((checkpoint, dtype, tuple(rows))).encode()).hexdigest()[:32]


def key(*parts: object) -> str:
    """Return the name of something recorded: "1.3.1 grouped-values 2"."""
    return " ".join(map(str, parts))


class PublicCases:
    """The recorded public cases.

    Args:
        folder: holds index and block.

    Raises:
        CannotJudge: they are missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        try:
            data = json.loads((folder / INDEX).read_text())
            with np.load(folder / BLOCK, allow_pickle=False) as arrays:
                block = arrays["block"]
            if data["format"] != FORMAT:
                raise ValueError(f"they have the format {data['format']!r}, this grader reads {FORMAT!r}")
        except (OSError, ValueError, KeyError) as error:
            raise CannotJudge(f"the public cases in {folder} cannot be read: {error}") from error
        self._data, self._reader = data, Reader(block)

    @property
    def weeks(self) -> tuple[Week, ...]:
        """The weeks, with checks that name no oracle and have no hidden case."""
        return tuple(self._reader.decode(self._data["weeks"]))

    def case(self, task_id: str, check: str, index: int) -> Recorded:
        """Return a public case.

        Raises:
            CannotJudge: it was not recorded.
        """
        held = self._get("cases", key(task_id, check, index))
        answer = None if held["answer"] is None else Answer(**held["answer"])
        return Recorded(held["call"], held["other"], answer, held["wrong"])

    def plays(self, scenario: str) -> Sequence[Play]:
        """Return what a scenario of sampling draws, and which distributions are right."""
        found: Sequence[Play] = self._get("plays", scenario)
        return found

    def logits(self, checkpoint: str, dtype: str, tolerance: str, ids: Sequence[int]) -> Answer:
        """Return the logits `[L, V]` of a whole sequence.

        Raises:
            CannotJudge: they were not recorded.
        """
        return Answer(**self._get("logits", key(checkpoint, dtype, tolerance, *ids)))

    def wrong_logits(
        self, checkpoint: str, dtype: str, rows: Sequence[Fed]
    ) -> Mapping[str, npt.NDArray[Any] | None]:
        """Return what known mistakes give for the rows of a call, by hint; nothing for a call that was not foreseen."""
        name = rows_key(checkpoint, dtype, rows)
        found: Mapping[str, npt.NDArray[Any] | None] = {}
        if name in self._data["calls"]:
            found = self._get("calls", name)
        return found

    def counts(self) -> dict[tuple[str, str, int], dict[str, float]]:
        """Return what the reference's Metal kernels move, by target, check and case."""
        return {tuple(where): dict(found) for where, found in self._reader.decode(self._data["counts"])}

    def _get(self, part: str, name: str) -> Any:
        try:
            return self._reader.decode(self._data[part][name])
        except KeyError:
            raise CannotJudge(f"the public cases hold no {part} {name!r}: is the package complete?") from None


@lru_cache(maxsize=1)
def public_cases() -> PublicCases:
    """Return the public cases of this package, read once."""
    return PublicCases(FOLDER)
