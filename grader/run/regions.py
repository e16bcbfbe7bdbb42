"""Says where the wrong elements of an array lie, if that is regular: "heads 1, 3 only", "all but the last row"."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

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
        parts.append(f"{name} {_indices(np.flatnonzero(hit), len(hit))}")
        filled = np.compress(hit, filled, axis=axis)
    if not parts or filled.mean() < 0.3:
        return ""
    return ", ".join(parts) + " only"


def _names(count: int, axis_names: tuple[str, ...]) -> list[str]:
    known = list(axis_names[-count:])
    return [f"axis {i}" for i in range(count - len(known))] + known


def _indices(hit: npt.NDArray[np.intp], size: int) -> str:
    first, last = int(hit[0]), int(hit[-1])
    if len(hit) == 1:
        return str(first)
    if len(hit) == last - first + 1:
        return f"{first} to {last}"
    step = int(hit[1] - hit[0])
    if step > 1 and len(hit) > 2 and all(np.diff(hit) == step):
        return f"{first}, {first + step}, ... {last} (every {step}th)"
    if len(hit) <= MANY:
        return ", ".join(str(int(i)) for i in hit)
    return f"{len(hit)} of {size}"
