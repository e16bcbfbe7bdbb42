"""MLX's own functions: `mx.quantized_matmul` and `mx.fast.scaled_dot_product_attention`."""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import mlx.core as mx
import numpy as np

from grader.bench.inputs import Inputs
from grader.bench.shapes import GROUP_SIZE, MATMUL, Shape


def arrays(inputs: Inputs) -> dict[str, Any]:
    """Return the inputs as evaluated MLX arrays."""
    found = {}
    for name, values in inputs.arrays.items():
        array = mx.array(values)
        found[name] = array.view(mx.bfloat16) if values.dtype == np.uint16 else array
    mx.eval(*found.values())
    return found


class MlxSide:
    """MLX on the CPU; it has no setting for its threads, so only the cores that it may use bound it."""

    def about(self) -> dict[str, str]:
        """Return the version."""
        return {"mlx": version("mlx")}

    def threads(self, number: int) -> None:
        """Compute on the CPU."""
        mx.set_default_device(mx.cpu)

    def prepare(self, name: str, shape: Shape, inputs: Inputs) -> Callable[[], Any]:
        """Return one call of MLX's function."""
        held = arrays(inputs)
        if shape.op == MATMUL:
            weights = (held["b"], held["scales"], held["biases"])

            def multiply() -> Any:
                return mx.quantized_matmul(held["a"], *weights, transpose=True, group_size=GROUP_SIZE, bits=4)

            return multiply
        scale = 1 / math.sqrt(shape.head_dim)
        mask = "causal" if shape.causal else None

        def attend() -> Any:
            qkv = (held["query"], held["key"], held["value"])
            return mx.fast.scaled_dot_product_attention(*qkv, scale=scale, mask=mask)

        return attend

    def finish(self, results: list[Any]) -> None:
        """Evaluate them in one graph."""
        mx.eval(results)

    def numbers(self, result: Any) -> Any:
        """Return a result as numpy in float32."""
        return np.array(result.astype(mx.float32))
