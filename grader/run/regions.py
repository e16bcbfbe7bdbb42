"""Says where the wrong elements of an array lie, if that is regular: "heads 1, 3 only", "all but the last row"."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from grader.result import ErrorMap

MAP_ROWS, MAP_COLUMNS = 24, 48  # larger results are folded together
MANY = 8  # longer lists of indices are not helpful


def describe(wrong: npt.NDArray[np.bool_], axis_names: tuple[str, ...]) -> str:
    """Return a sentence about the pattern of `wrong`, or "" if there is none.

    `axis_names` name the axes from the right. An axis is mentioned if its wrong indices are a proper subset and the
    wrong elements fill a fair part of the box that they span.
    """
    if wrong.ndim == 0 or wrong.all():
        return ""
    names = _names(wrong.ndim, axis_names)
    parts, filled = [], wrong
    for axis, name in enumerate(names):
        others = tuple(i for i in range(wrong.ndim) if i != axis)
        hit = np.asarray(wrong.any(axis=others))
        if hit.all():
            continue
        count = int(hit.sum())
        parts.append(
            f"{name}{'s' if count > 1 and name.isalpha() else ''} {_indices(np.flatnonzero(hit), len(hit))}"
        )
        filled = np.compress(hit, filled, axis=axis)
    if not parts or filled.mean() < 0.3:
        return ""
    return ", ".join(parts) + " only"


def fold(
    wrong: npt.NDArray[np.bool_], worst: tuple[int, ...], axis_names: tuple[str, ...]
) -> ErrorMap | None:
    """Return the wrong elements folded to a picture of rows and columns, or None if it would show nothing.

    Four axes and more are shown by the third and second from the right (heads and positions), fewer by the last two.
    """
    if wrong.ndim == 0 or wrong.all() or not wrong.any():
        return None
    names = _names(wrong.ndim, axis_names)
    columns = wrong.ndim - (2 if wrong.ndim >= 4 else 1)
    rows = columns - 1
    others = tuple(i for i in range(wrong.ndim) if i not in (rows, columns))
    share = np.asarray(wrong.mean(axis=others)).reshape(-1, wrong.shape[columns])
    at = (worst[rows] if rows >= 0 else 0, worst[columns])
    share, first = _binned(share, MAP_ROWS, 0)
    share, second = _binned(share, MAP_COLUMNS, 1)
    return ErrorMap(
        rows=names[rows] if rows >= 0 else "",
        columns=names[columns],
        shares=tuple(tuple(round(float(x), 4) for x in row) for row in share),
        worst=(at[0] // first, at[1] // second),
    )


def _binned(share: npt.NDArray[np.float64], most: int, axis: int) -> tuple[npt.NDArray[np.float64], int]:
    """Return the mean over bins of equal size along an axis, at most `most` of them, and that size."""
    size = -(-share.shape[axis] // most)
    starts = np.arange(0, share.shape[axis], size)
    counts = np.diff(np.append(starts, share.shape[axis]))
    sums = np.add.reduceat(share, starts, axis=axis)
    return sums / (counts[:, None] if axis == 0 else counts), size


def _names(count: int, axis_names: tuple[str, ...]) -> list[str]:
    known = list(axis_names[-count:])
    return [f"axis {i}" for i in range(count - len(known))] + known


def _indices(hit: npt.NDArray[np.intp], size: int) -> str:
    first, last = int(hit[0]), int(hit[-1])
    if len(hit) == 1:
        return str(first)
    if len(hit) == 2:
        return f"{first} and {last}"
    if len(hit) == last - first + 1:
        return f"{first} to {last}"
    step = int(hit[1] - hit[0])
    if step > 1 and len(hit) > 2 and all(np.diff(hit) == step):
        return f"{first}, {first + step}, ... {last} (every {step}th)"
    if len(hit) <= MANY:
        return ", ".join(str(int(i)) for i in hit)
    return f"{len(hit)} of {size}"
