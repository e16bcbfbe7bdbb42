"""Finds pairs of submissions that are alike beyond the skeleton, for the instructor alone; never a verdict.

Compared are fingerprints of the text (`similarity_prints`) without names, literals, comments and layout, file by file
and wherever they stand, so renamed and reordered copies are found. Left out is what the skeleton has, and what more
than a quarter of a class (and more than 10 students) has: there is one obvious way to write `x @ w.T`.

Not found: who has too little text of their own (about 20 lines), what was written again with other statements, and a
text that more than a quarter of the class has copied. Two short tasks that have one natural solution can be alike
without a fault: read the places before you ask anybody. How far apart honest solutions are is measured in
`tests/grader/classroom/test_similarity_margins.py`.

No library: copydetect 0.5.0 (2024), the one on PyPI that knows winnowing, orders its hashes by Python's randomised
`hash`, so that the same class gets other shares in every process, compares every two files, some 20 minutes for a class
of 600, and brings matplotlib.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from grader.class_result import Likeness
from grader.classroom.similarity_places import places
from grader.classroom.similarity_prints import Prints, among, prints, runs
from grader.classroom.similarity_tokens import tokens
from grader.errors import UsageError

SUFFIXES = frozenset({".py", ".cpp", ".h", ".metal"})
COMMON_SHARE = 0.25  # what more of a class than this has is nobody's own ...
COMMON_STUDENTS = 10  # ... if so many have it
LEAST_PRINTS = 40  # about 20 lines; less is no text to compare
MOST_PAIRS = 500
MOST_FILES = 300  # of one submission
MOST_SUBMISSION_BYTES = 512 * 1024
CELLS = 1 << 24  # of one block of the table of students and fingerprints


@dataclass(frozen=True)
class _Submission:
    """What is one student's own."""

    student: str
    files: Mapping[str, Prints]
    hashes: NDArray[np.uint64]  # sorted


def alike(
    sources: Mapping[str, Mapping[str, bytes]], skeleton: Mapping[str, bytes], *, at_least: float = 0.5
) -> tuple[Likeness, ...]:
    """Return the pairs of submissions that are alike, the most alike first; at most 500.

    Args:
        sources: student id -> file name -> content; one member of each group, or its members are alike.
        skeleton: file name -> content of what every student was given.
        at_least: the share of the smaller one's own text that the other has to have.

    Raises:
        UsageError: `at_least` is no share.
    """
    if not 0 < at_least <= 1:
        raise UsageError(f"at_least is {at_least:g}; it has to be more than 0 and at most 1")
    submissions = [s for s in _read(sources, skeleton) if len(s.hashes) >= LEAST_PRINTS]
    if len(submissions) < 2:
        return ()
    sizes = np.array([len(s.hashes) for s in submissions])
    shares = _shared(submissions) / np.minimum(sizes[:, None], sizes[None, :])
    rows, columns = np.nonzero(np.triu(shares >= at_least, 1))
    order = np.argsort(-shares[rows, columns], kind="stable")[:MOST_PAIRS]
    pairs = [
        _likeness(submissions[i], submissions[j], float(shares[i, j]))
        for i, j in zip(rows[order], columns[order], strict=True)
    ]
    return tuple(sorted(pairs, key=lambda pair: (-pair.share, -pair.lines)))


def _likeness(first: _Submission, second: _Submission, share: float) -> Likeness:
    lines, found = places(first.files, second.files, np.intersect1d(first.hashes, second.hashes))
    return Likeness(first.student, second.student, round(share, 4), lines, found)


def _read(sources: Mapping[str, Mapping[str, bytes]], skeleton: Mapping[str, bytes]) -> list[_Submission]:
    """Return every student's own text: without the skeleton's, and without what much of the class has."""
    given = [runs(tokens(name, content)) for name, content in _readable(skeleton, frozenset())]
    nobodys = np.unique(np.concatenate([np.zeros(0, np.uint64), *given]))
    names = frozenset(map(_name, skeleton))
    known: dict[tuple[str, bytes], Prints] = {}
    read = {s: dict(_prints(files, names, nobodys, known)) for s, files in sources.items()}
    everything = [_hashes(files) for files in read.values()]
    found, counts = np.unique(np.concatenate([np.zeros(0, np.uint64), *everything]), return_counts=True)
    common = found[counts > max(COMMON_STUDENTS, COMMON_SHARE * len(sources))]
    own = {
        student: {name: p[~among(p.hashes, common)] for name, p in files.items()}
        for student, files in read.items()
    }
    return [_Submission(student, files, _hashes(files)) for student, files in own.items()]


def _prints(
    files: Mapping[str, bytes],
    names: frozenset[str],
    nobodys: NDArray[np.uint64],
    known: dict[tuple[str, bytes], Prints],
) -> Iterator[tuple[str, Prints]]:
    """Yield the fingerprints of a submission's files; a file that was seen before is not read again."""
    for name, content in _readable(files, names):
        key = PurePosixPath(name).suffix, hashlib.blake2b(content).digest()
        if key not in known:
            found = prints(tokens(name, content))
            known[key] = found[~among(found.hashes, nobodys)]
        yield name, known[key]


def _readable(files: Mapping[str, bytes], names: frozenset[str]) -> Iterator[tuple[str, bytes]]:
    """Yield source files, those that the skeleton has before others, small before large, until it is enough."""
    room = MOST_SUBMISSION_BYTES
    suited = [name for name in files if PurePosixPath(name).suffix in SUFFIXES]
    suited.sort(key=lambda name: (_name(name) not in names, len(files[name]), name))
    for name in suited[:MOST_FILES]:
        if room <= 0:
            return
        yield name, files[name][:room]
        room -= len(files[name])


def _name(path: str) -> str:
    return PurePosixPath(path).name


def _hashes(files: Mapping[str, Prints]) -> NDArray[np.uint64]:
    return np.unique(np.concatenate([np.zeros(0, np.uint64), *(p.hashes for p in files.values())]))


def _shared(submissions: Sequence[_Submission]) -> NDArray[np.float32]:
    """Return how many fingerprints each two submissions share, as a table."""
    found, counts = np.unique(np.concatenate([s.hashes for s in submissions]), return_counts=True)
    found = found[counts > 1]
    shared = np.zeros((len(submissions), len(submissions)), np.float32)
    width = max(CELLS // len(submissions), 1)
    for start in range(0, len(found), width):
        block = found[start : start + width]
        has = np.array([among(block, s.hashes) for s in submissions], np.float32)
        shared += has @ has.T
    return shared
