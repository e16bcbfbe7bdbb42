"""What an oracle returns, and the two ways to get the magnitude that rounding errors scale with.

An expected value comes with a magnitude per element: a result is right if
`|got - value| <= c * eps(dtype) * magnitude + tiny` (see `grader.run.compare`). For a single operation the magnitude
is a formula of error analysis (Higham, Accuracy and Stability of Numerical Algorithms, chapter 3). For a chain of
operations it is measured by Monte Carlo arithmetic (Parker 1997): the chain is evaluated in float64 with a random
relative perturbation of the size eps(dtype) at every place where an implementation rounds; the root mean square of
the outcome's deviation, divided by eps(dtype), is the magnitude. So an element that hangs on a near tie in a softmax
has a large magnitude, and no honest implementation is failed for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

SAMPLES = 8
EPS = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 2.0**-23}
ACCUMULATION = {"float16": 1.0, "bfloat16": 1.0, "float32": 2.5}
"""Half-precision products are summed in float32 and rounded once; float32's own sums round at every term, which the
one perturbation per product does not show. Measured: honest float32 errs 2.5 to 4 times as many units as half does."""


@dataclass(frozen=True)
class Expected:
    """The right answer in float64 (or exact integers), and per element what rounding errors scale with.

    `magnitude` is None where the answer has to be exact; an element whose magnitude is infinite is not judged.
    """

    value: Tensor
    magnitude: Tensor | None = None


class Rounding:
    """Marks the places where an implementation rounds. `Rounding()` changes nothing."""

    def __init__(self, generator: torch.Generator | None = None, dtype: str = "float32") -> None:
        self._generator = generator
        self.delta = EPS[dtype]
        self._internal = EPS["float32"]

    def _noise(self, like: Tensor) -> Tensor:
        return torch.randn(like.shape, generator=self._generator, dtype=torch.float64)

    def __call__(self, x: Tensor) -> Tensor:
        """Mark a result rounded to the dtype of the input."""
        return x if self._generator is None else x + x * self._noise(x) * self.delta

    def internal(self, x: Tensor) -> Tensor:
        """Mark a result that every implementation computes in float32, such as the angles of RoPE."""
        return x if self._generator is None else x + x * self._noise(x) * self._internal

    def matmul(self, a: Tensor, b: Tensor) -> Tensor:
        """Return `a @ b`, marked as a sum of rounded products: errors scale with the root of the summed squares."""
        y = a @ b
        if self._generator is None:
            return y
        return y + torch.sqrt((a * a) @ (b * b) + y * y) * self._noise(y) * self.delta


def monte_carlo(chain: Callable[[Rounding], Tensor], dtype: str, seed: int = 20260) -> Expected:
    """Evaluate `chain` exactly once and `SAMPLES` times with perturbed roundings.

    The magnitude is the root mean square over the samples, blended with its mean along the last axis, because eight
    samples alone would leave some elements with a magnitude that is small by chance.
    """
    value = chain(Rounding())
    rounding = Rounding(torch.Generator().manual_seed(seed), dtype)
    deviations = [chain(rounding) - value for _ in range(SAMPLES)]
    return Expected(value, spread(deviations, rounding.delta / ACCUMULATION[dtype]))


def spread(deviations: list[Tensor], unit: float) -> Tensor:
    """Return the root mean square of `deviations` per element in multiples of `unit`, blended with its row's."""
    square = torch.stack(deviations).square().mean(0) / (unit * unit)
    row = square.mean(dim=-1, keepdim=True)
    return torch.sqrt((square + row) / 2)
