"""Where the wrong elements lie, said in a sentence only if they lie regularly."""

from __future__ import annotations

import numpy as np
import pytest

from grader.run.regions import describe, fold

NAMES = ("batch", "head", "row", "column")


def mask(shape, *where):
    wrong = np.zeros(shape, bool)
    for index in where:
        wrong[index] = True
    return wrong


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (mask((2, 4, 3, 5), np.s_[:, 1]), "head 1 only"),
        (mask((2, 4, 3, 5), np.s_[:, 1:3]), "heads 1 and 2 only"),
        (mask((2, 6, 3, 5), np.s_[:, [0, 3, 4]]), "heads 0, 3, 4 only"),
        (mask((2, 9, 3, 5), np.s_[:, ::3]), "heads 0, 3, ... 6 (every 3th) only"),
        (mask((1, 20, 3, 5), np.s_[:, [0, 1, 3, 4, 6, 7, 9, 10, 13]]), "heads 9 of 20 only"),
        (mask((2, 4, 3, 5), np.s_[1, :, 2]), "batch 1, row 2 only"),
        (mask((4, 3), np.s_[3]), "row 3 only"),
        (mask((3,), np.s_[1:]), "columns 1 and 2 only"),
        (mask((2, 2, 2, 2, 3), np.s_[1]), "axis 0 1 only"),
        (mask((4, 4), np.s_[:]), ""),
        (mask((4, 4), *zip(range(4), range(4), strict=True)), ""),
        (mask((6,), np.s_[1:4]), "columns 1 to 3 only"),
        (mask((9, 9), (0, 0), (8, 5), (2, 3), (5, 7)), ""),
        (np.array(True), ""),
    ],
)
def test_a_sentence_for_what_is_regular(wrong, sentence):
    """Named axes from the right, single indices, ranges, steps; nothing where it is all, scattered or diagonal."""
    assert describe(wrong, NAMES) == sentence


def test_axes_without_a_name_are_counted():
    """A result with more axes than names, or none."""
    assert describe(mask((3, 2), np.s_[2]), ()) == "axis 0 2 only"
    assert describe(mask((3, 2), np.s_[2]), ("column",)) == "axis 0 2 only"


def test_fold_shows_shares_and_the_worst_cell():
    """Four axes are folded to heads and rows; each cell has the share of its elements that are wrong."""
    wrong = mask((2, 3, 2, 4), np.s_[0, 1, 0, :], np.s_[:, 2])
    folded = fold(wrong, (0, 1, 0, 3), NAMES)
    assert (folded.rows, folded.columns, folded.worst) == ("head", "row", (1, 0))
    assert folded.shares == ((0.0, 0.0), (0.5, 0.0), (1.0, 1.0))


def test_fold_bins_what_is_large():
    """A thousand columns become at most 48, and the wrong elements are still counted once each."""
    wrong = mask((50, 1000), np.s_[49, 999])
    folded = fold(wrong, (49, 999), ("row", "column"))
    rows, columns = len(folded.shares), len(folded.shares[0])
    assert (rows, columns) == (17, 48)
    assert folded.worst == (16, 47)
    assert [(i, j) for i in range(rows) for j in range(columns) if folded.shares[i][j]] == [(16, 47)]


def test_fold_shows_nothing_where_all_is_wrong():
    """A picture of one colour says nothing."""
    assert fold(np.ones((3, 3), bool), (0, 0), NAMES) is None
    assert fold(np.zeros((3, 3), bool), (0, 0), NAMES) is None
    assert fold(np.array(True), (), NAMES) is None
