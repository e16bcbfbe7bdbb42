"""Quantized weights: `bits` per number, and a scale and a bias per group of `group_size` numbers in a row.

Knows nothing about models. A number of the group is `scale * q + bias` with `q` from 0 to `2 ** bits - 1`.
"""

from typing import Any

import mlx.core as mx


def dequantize_linear(mlx_layer: Any) -> mx.array:
    """Return a layer's weight as a dense matrix.

    Args:
        mlx_layer: A linear or embedding layer as `mlx_lm.load` returns it. If it is quantized it has `weight`
            (packed, uint32), `scales`, `biases`, `group_size` and `bits`; if not, `weight` alone.

    Returns:
        `[out, in]` in the dtype of the scales, or the weight itself of a layer that is not quantized.
    """
    raise NotImplementedError("task 1.5.3: implement dequantize_linear")
