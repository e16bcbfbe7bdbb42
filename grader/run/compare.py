"""Compares what a submission returned with what an oracle expects.

Right means: an array of the right shape, no NaN where a number belongs, and every single element within
`c * eps(dtype) * magnitude + tiny`. "A few wrong elements" never pass. Knows nothing about workers or reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from grader.course.arrays import EPS, numbers
from grader.course.model import Call
from grader.course.tolerances import C, tiny
from grader.run.findings import Finding
from grader.run.regions import describe, fold
from grader.worker.client import Reply
from grader.worker.wire import Array, Handle

if TYPE_CHECKING:
    from grader.oracles.expected import Expected

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Target:
    """An expected value as numpy arrays, with the bound of every element."""

    value: npt.NDArray[Any]
    bound: npt.NDArray[np.float64]
    dtype: str
    c: float
    exact: bool

    def describe(self) -> str:
        """Return the form of the answer and how near it has to be: "float16[2, 5], within 4 eps of ..."."""
        form = shape_text(self.dtype, self.value.shape)
        if self.exact:
            return f"{form}, exactly"
        return f"{form}, each element within {self.c:g} eps({self.dtype}) of its magnitude"


def target(expected: Expected, dtype: str, tolerance: str) -> Target:
    """Return the comparison target of an oracle's answer at the precision `dtype` with row `tolerance` of the table."""
    value = expected.value.numpy()
    c = C[tolerance]
    exact = expected.magnitude is None
    if expected.magnitude is None:
        return Target(value, np.zeros(value.shape), dtype, c, exact)
    bound = c * EPS[dtype] * expected.magnitude.numpy() + tiny(dtype)
    return Target(value, bound, dtype, c, exact)


def shape_text(dtype: str, shape: tuple[int, ...]) -> str:
    """Return "float16[2, 5]"."""
    return f"{dtype}[{', '.join(map(str, shape))}]"


def outside(got: npt.NDArray[Any], want: npt.NDArray[Any], bound: npt.NDArray[np.float64]) -> Mask:
    """Return which elements are wrong. Equal infinities are right, a NaN where a number belongs never is.

    An element whose bound is infinite is not judged, whatever it holds.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(got - want) <= bound
    result: Mask = ~(near | (got == want) | (np.isnan(got) & np.isnan(want)) | np.isposinf(bound))
    return result


def form(value: object, want: Target) -> Finding | None:
    """Return what is wrong with the form of a reply: None, another type, shape, or kind of dtype."""
    if value is None:
        return Finding("none", want.describe(), "None: the function returned nothing", neutral="None")
    if isinstance(value, (bool, int, float)):
        value = Array("float64", (), np.float64(value).tobytes())
    if not isinstance(value, Array):
        kind = f"an object of type {value.type_name}" if isinstance(value, Handle) else type(value).__name__
        # the name of a type is the submission's own text, which could carry a hidden case out
        neutral = "an object" if isinstance(value, Handle) else kind
        return Finding(
            "wrong-type", want.describe(), f"{kind}, not an array", neutral=f"{neutral}, not an array"
        )
    if value.shape != want.value.shape:
        neutral = "an array of another shape"
        if len(value.shape) != want.value.ndim:
            neutral = f"an array with {len(value.shape)} axes, {want.value.ndim} expected"
        return Finding("wrong-shape", want.describe(), shape_text(value.dtype, value.shape), neutral=neutral)
    if value.dtype.startswith(("uint", "int", "bool", "complex")) and want.value.dtype.kind == "f":
        return Finding(
            "wrong-dtype", want.describe(), shape_text(value.dtype, value.shape), neutral=value.dtype
        )
    return None


def values(value: object) -> npt.NDArray[Any]:
    """Return the numbers of a reply that has passed `form`."""
    return numbers(value) if isinstance(value, Array) else np.asarray(value, np.float64)


def judge(value: object, want: Target, axis_names: tuple[str, ...]) -> Finding | None:
    """Return None if `value` is right, otherwise the finding."""
    problem = form(value, want)
    if problem is not None:
        return problem
    got = values(value)
    wrong = outside(got, want.value, want.bound)
    count = int(wrong.sum())
    if not count:
        return None
    dtype = value.dtype if isinstance(value, Array) else "float64"
    text = shape_text(dtype, got.shape)
    kind, what = _kind(got, want.value, wrong)
    worst = _worst(got, want, wrong)
    at = f"[{', '.join(map(str, worst))}]"
    detail = f"worst at {at}: expected {_number(want.value[worst])}, got {_number(got[worst])}"
    share = "every element" if count == wrong.size else f"{count:,} of {wrong.size:,} elements"
    return Finding(
        kind,
        want.describe(),
        f"{text}, {share} {what}; {detail}",
        region=describe(wrong, axis_names),
        map=fold(wrong, worst, axis_names),
        neutral=f"an array of the right shape, {_share(count, wrong.size)} {what}",
    )


def _kind(got: npt.NDArray[Any], want: npt.NDArray[Any], wrong: Mask) -> tuple[str, str]:
    if got.dtype.kind != "f":
        return "wrong-values", "differ"
    bad = wrong & np.isnan(got)
    if bad.any():
        return "nan", "NaN" if bad.sum() == wrong.sum() else "NaN or outside"
    if (wrong & np.isinf(got)).any():
        return "infinite", "infinite or outside"
    return "wrong-values", "outside"


def _worst(got: npt.NDArray[Any], want: Target, wrong: Mask) -> tuple[int, ...]:
    """Return the index of the element that is farthest outside, in units of its bound; NaN counts as farthest."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        distance = np.abs(got.astype(np.float64) - want.value.astype(np.float64))
        ratio = distance / np.where(want.bound > 0, want.bound, 1.0)
    ratio = np.where(np.isnan(ratio), np.inf, ratio)
    flat = int(np.argmax(np.where(wrong, ratio, -1.0)))
    return tuple(int(i) for i in np.unravel_index(flat, wrong.shape))


def _number(value: Any) -> str:
    return f"{value:.6g}" if np.asarray(value).dtype.kind == "f" else str(value)


def _share(count: int, total: int) -> str:
    if count == total:
        return "every element"
    return "a few elements" if count * 10 < total else "many elements"


def changed(call: Call, reply: Reply, text: str) -> Finding | None:
    """Return a finding if an argument came back with other bytes than it was sent with."""
    positional = zip(call.args.items(), reply.args or (), strict=False)
    keywords = ((item, (reply.kwargs or {}).get(item[0])) for item in call.by_name.items())
    for (name, before), after in (*positional, *keywords):
        if isinstance(before, Array) and before != after:
            return Finding("changed-input", text, f"{name} was changed in place")
    return None
