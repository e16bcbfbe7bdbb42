"""The picture of where a result is wrong: what is folded, and what is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from grader.report.charts import error_map
from grader.report.pictures import map_picture
from grader.result import ErrorMap
from grader.run.regions import fold


def test_heads_and_rows_are_shown_and_the_other_axes_are_averaged():
    wrong = np.zeros((1, 4, 3, 8), bool)
    wrong[0, 1:3] = True
    wrong[0, 0, 0, :2] = True
    folded = fold(wrong, (0, 2, 1, 7), ("batch", "head", "row", "column"))
    assert folded == ErrorMap(
        "head", "row", ((0.25, 0.0, 0.0), (1.0, 1.0, 1.0), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)), (2, 1)
    )


def test_a_vector_is_one_row():
    wrong = np.array([False, True, False])
    assert fold(wrong, (1,), ("column",)) == ErrorMap("", "column", ((0.0, 1.0, 0.0),), (0, 1))


@pytest.mark.parametrize("wrong", [np.ones((2, 3), bool), np.zeros((2, 3), bool), np.array(True)])
def test_nothing_is_drawn_where_it_would_show_nothing(wrong):
    assert fold(wrong, (0,) * wrong.ndim, ()) is None


def test_large_results_are_folded_into_bins_whose_mean_is_kept():
    wrong = np.zeros((100, 100), bool)
    wrong[99, 99] = True
    folded = fold(wrong, (99, 99), ("row", "column"))
    assert folded is not None
    assert (len(folded.shares), len(folded.shares[0])) == (20, 34)  # bins of 5 and of 3, the last one of 1
    assert folded.worst == (19, 33)
    assert folded.shares[19][33] == pytest.approx(1 / 5)


def test_every_wrong_cell_is_a_square_every_other_a_dot_and_the_worst_a_ring():
    folded = ErrorMap("head", "row", ((0.0, 1.0), (0.25, 0.0)), (0, 1))
    drawn = str(map_picture(folded))
    assert drawn.count('class="outside"') == 2
    assert drawn.count('class="inside"') == 2
    assert drawn.count('class="worst"') == 1
    assert "2 of 4 cells by head and row hold wrong elements" in drawn


def test_the_area_of_a_square_is_the_share_of_wrong_elements():
    drawn = str(error_map(ErrorMap("", "column", ((1.0, 0.25),), (0, 0)), "t", "s"))
    sides = [float(part.split('"')[0]) for part in drawn.split(' width="')[2:]]
    assert sides[1] == pytest.approx(sides[0] / 2)


def test_names_in_a_map_are_escaped():
    drawn = str(map_picture(ErrorMap('"><script>', "<b>", ((1.0, 0.0),), (0, 0))))
    assert "<script>" not in drawn
    assert "<b>" not in drawn
