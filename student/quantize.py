"""Quantized weights: `bits` per number, and a scale and a bias per group of `group_size` numbers in a row.

Knows nothing about models. A number of the group is `scale * q + bias` with `q` from 0 to `2 ** bits - 1`.
"""

from dataclasses import dataclass
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


@dataclass(frozen=True)
class QuantizedWeights:
    """A weight `[out, in]` that stays packed: each row holds `in * bits / 32` words and `in / group_size` groups.

    Attributes:
        weight: `[out, in * bits / 32]`, uint32; the lowest bits of a word come first.
        scales: `[out, in / group_size]`.
        biases: `[out, in / group_size]`.
        group_size: Numbers per group.
        bits: Bits per number.
    """

    weight: mx.array
    scales: mx.array
    biases: mx.array
    group_size: int
    bits: int

    @staticmethod
    def from_mlx_layer(mlx_layer: Any) -> "QuantizedWeights":
        """Take over the weight of a quantized linear or embedding layer; nothing is copied.

        Raises:
            ValueError: The layer is not quantized.
        """
        raise NotImplementedError("task 2.2: implement QuantizedWeights.from_mlx_layer")

    def rows(self, ids: mx.array) -> mx.array:
        """Return the rows of `ids`, and unpack only those: `[...]` integers to `[..., in]`."""
        raise NotImplementedError("task 2.2: implement QuantizedWeights.rows")


def quantized_matmul(
    scales: mx.array,
    biases: mx.array,
    group_size: int,
    bits: int,
    a: mx.array,
    b: mx.array,
    transpose_b: bool = False,
) -> mx.array:
    """Multiply by a packed matrix in the C++ kernel, which unpacks each word where it is used.

    Args:
        scales: One per group along the rows of `b`.
        biases: As `scales`.
        group_size: Numbers per group.
        bits: Bits per number.
        a: `[..., K]`.
        b: Packed, uint32: `[N, K * bits / 32]` if `transpose_b`, else `[K, N * bits / 32]`.
        transpose_b: Whether the rows of `b` are the columns of the product, as in checkpoints.

    Returns:
        `[..., N]` in the dtype of `a`.

    Raises:
        ImportError: The C++ kernels are not built.
        ValueError: The shapes, `group_size` or `bits` do not fit.
    """
    raise NotImplementedError("task 2.2: implement quantized_matmul")


def quantized_linear(x: mx.array, w: QuantizedWeights, bias: mx.array | None = None) -> mx.array:
    """Apply a linear layer whose weight stays packed: `x @ w.T + bias`.

    Args:
        x: `[..., in]`.
        w: `[out, in]`, packed.
        bias: `[out]` or None.

    Returns:
        `[..., out]` in the dtype of `x`, or the wider one of `bias`.
    """
    raise NotImplementedError("task 2.2: implement quantized_linear")
