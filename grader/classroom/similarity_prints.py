"""Fingerprints of source files: some of the hashes of all runs of K tokens, chosen so that no longer run escapes.

Winnowing: of the hashes in each window the least one is kept, the rightmost of equals. A run of K + WINDOW - 1 tokens
that two files share gives both at least one fingerprint; one shorter than K never does. (S. Schleimer, D. Wilkerson,
A. Aiken: Winnowing: local algorithms for document fingerprinting. SIGMOD 2003.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from grader.classroom.similarity_tokens import Tokens

K = 16  # tokens: about a line and a half
WINDOW = 8
FACTOR = 0x9E3779B97F4A7C15  # odd, so multiplication modulo 2**64 loses nothing


@dataclass(frozen=True)
class Prints:
    """The fingerprints of a file in the order in which they occur, each with the lines of its run."""

    hashes: NDArray[np.uint64]
    first: NDArray[np.int64]  # line
    last: NDArray[np.int64]

    def __getitem__(self, kept: NDArray[np.bool_]) -> Prints:
        return Prints(self.hashes[kept], self.first[kept], self.last[kept])


def runs(tokens: Tokens) -> NDArray[np.uint64]:
    """Return the hash of every run of K tokens."""
    count = len(tokens.codes) - K + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    found = np.zeros(count, np.uint64)
    for i in range(K):
        found = found * np.uint64(FACTOR) + tokens.codes[i : i + count]
    for shift in (30, 27, 31):  # mixes high bits into low ones: the least of a window has to be any of them
        found = (found ^ (found >> np.uint64(shift))) * np.uint64(FACTOR)
    return found


def prints(tokens: Tokens) -> Prints:
    """Return the fingerprints of a file; the same hash counts once, where it occurs first."""
    hashes = runs(tokens)
    if not len(hashes):
        return Prints(hashes, np.zeros(0, np.int64), np.zeros(0, np.int64))
    windows = sliding_window_view(hashes, min(WINDOW, len(hashes)))
    width = windows.shape[1]
    chosen = np.unique(np.arange(len(windows)) + width - 1 - windows[:, ::-1].argmin(axis=1))
    _, where = np.unique(hashes[chosen], return_index=True)
    chosen = chosen[np.sort(where)]
    return Prints(hashes[chosen], tokens.lines[chosen], tokens.lines[chosen + K - 1])


def among(hashes: NDArray[np.uint64], those: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Return which hashes are among those, which are sorted."""
    if not len(those):
        return np.zeros(len(hashes), np.bool_)
    found: NDArray[np.bool_] = those[np.searchsorted(those, hashes) % len(those)] == hashes
    return found
