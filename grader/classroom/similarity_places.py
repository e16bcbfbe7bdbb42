"""Where two submissions have the same text: runs of shared fingerprints as ranges of lines, for a person to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from grader.classroom.similarity_prints import Prints, among
from grader.worker.faults import clean

MOST_PLACES = 5
GAP_LINES = 6  # between two fingerprints of one place
NAME_LENGTH = 80


@dataclass(frozen=True)
class _Place:
    """A range of lines of the first submission, and one of the second."""

    name: str
    first: int
    last: int
    other: str
    other_first: int
    other_last: int

    def __str__(self) -> str:
        here = f"{clean(self.name, NAME_LENGTH)}:{self.first}-{self.last}"
        return f"{here} and {clean(self.other, NAME_LENGTH)}:{self.other_first}-{self.other_last}"


def places(
    first: Mapping[str, Prints], second: Mapping[str, Prints], shared: NDArray[np.uint64]
) -> tuple[int, tuple[str, ...]]:
    """Return about how many lines two submissions share, and the longest places.

    Args:
        first: the fingerprints of one submission, by file.
        second: those of the other.
        shared: the hashes that both have, sorted.
    """
    there: dict[int, tuple[str, int, int]] = {}
    for name, found in second.items():
        for value, start, end in _those(found, shared):
            there.setdefault(value, (name, start, end))
    every = [place for name, found in first.items() for place in _joined(name, found, shared, there)]
    every.sort(key=lambda place: (place.first - place.last, place.name, place.first))
    covered = {(place.name, line) for place in every for line in range(place.first, place.last + 1)}
    return len(covered), tuple(map(str, every[:MOST_PLACES]))


def _those(found: Prints, shared: NDArray[np.uint64]) -> Iterator[tuple[int, int, int]]:
    kept = found[among(found.hashes, shared)]
    return zip(kept.hashes.tolist(), kept.first.tolist(), kept.last.tolist(), strict=True)


def _joined(
    name: str, found: Prints, shared: NDArray[np.uint64], there: Mapping[int, tuple[str, int, int]]
) -> Iterator[_Place]:
    """Yield the places of one file; fingerprints that follow one another in both submissions are one place."""
    place: _Place | None = None
    for value, start, end in _those(found, shared):
        other, other_start, other_end = there[value]
        if (
            place is not None
            and place.other == other
            and start <= place.last + GAP_LINES
            and place.other_first <= other_start <= place.other_last + GAP_LINES
        ):
            last, other_last = max(place.last, end), max(place.other_last, other_end)
            place = replace(place, last=last, other_last=other_last)
            continue
        if place is not None:
            yield place
        place = _Place(name, start, end, other, other_start, other_end)
    if place is not None:
        yield place
