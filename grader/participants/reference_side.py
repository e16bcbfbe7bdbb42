"""The rungs of the reference's kernels, from the module that they were built into; loaded by its path, as a file."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable
from typing import Any

import mlx.core as mx
import numpy as np

from grader.bench.inputs import Inputs
from grader.bench.shapes import GROUP_SIZE, MATMUL, Shape
from grader.participants.mlx_side import arrays


class ReferenceSide:
    """The built kernels.

    Args:
        path: the module.

    Raises:
        ImportError: it does not load, or shows no rungs.
    """

    def __init__(self, path: str) -> None:
        spec = importlib.util.spec_from_file_location("kernels", path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{path} is no module")
        self._kernels = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self._kernels)

    def about(self) -> dict[str, str]:
        """Return the instruction set in use, and how many rungs there are."""
        rungs = {op: str(getattr(self._kernels, f"{op}_rungs")) for op in (MATMUL, "flash_attention")}
        return {"instructions": str(self._kernels.isa()), **rungs}

    def threads(self, number: int) -> None:
        """Set the size of the pool, the caller included."""
        mx.set_default_device(mx.cpu)
        self._kernels.set_num_threads(number)

    def prepare(self, name: str, shape: Shape, inputs: Inputs) -> Callable[[], Any]:
        """Return one call of a rung: `rung 3`."""
        held = arrays(inputs)
        rung = int(name.split()[-1])
        if shape.op == MATMUL:
            weights = (held["scales"], held["biases"], GROUP_SIZE, 4)
            multiply = self._kernels.quantized_matmul_rung

            def product() -> Any:
                return multiply(rung, *weights, held["a"], held["b"], True)

            return product
        scale = 1 / math.sqrt(shape.head_dim)
        attend = self._kernels.flash_attention_rung

        def attention() -> Any:
            return attend(rung, held["query"], held["key"], held["value"], scale, None, shape.causal)

        return attention

    def finish(self, results: list[Any]) -> None:
        """Evaluate them in one graph."""
        mx.eval(results)

    def numbers(self, result: Any) -> Any:
        """Return a result as numpy in float32."""
        return np.array(result.astype(mx.float32))
