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
    if getattr(mlx_layer, "scales", None) is None:
        return mlx_layer.weight
    return mx.dequantize(
        mlx_layer.weight,
        scales=mlx_layer.scales,
        biases=mlx_layer.biases,
        group_size=mlx_layer.group_size,
        bits=mlx_layer.bits,
    )


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
        if not hasattr(mlx_layer, "scales"):
            raise ValueError(f"a {type(mlx_layer).__name__} layer is not quantized: it has no scales")
        names = ("weight", "scales", "biases", "group_size", "bits")
        return QuantizedWeights(*(getattr(mlx_layer, name) for name in names))

    def rows(self, ids: mx.array) -> mx.array:
        """Return the rows of `ids`, and unpack only those: `[...]` integers to `[..., in]`."""
        shifts = mx.arange(0, 32, self.bits, dtype=mx.uint32)
        numbers = (self.weight[ids][..., None] >> shifts) & (
            2**self.bits - 1
        )  # [..., words, numbers per word]
        groups = mx.unflatten(numbers.flatten(-2, -1), -1, (-1, self.group_size))
        scales, biases = self.scales[ids][..., None], self.biases[ids][..., None]
        return (scales * groups.astype(scales.dtype) + biases).flatten(-2, -1)


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
    from kernels import quantized_matmul as kernel

    return kernel(scales, biases, group_size, bits, a, b, transpose_b)


def quantized_linear(x: mx.array, w: QuantizedWeights, bias: mx.array | None = None) -> mx.array:
    """Apply a linear layer whose weight stays packed: `x @ w.T + bias`.

    Args:
        x: `[..., in]`.
        w: `[out, in]`, packed.
        bias: `[out]` or None.

    Returns:
        `[..., out]` in the dtype of `x`, or the wider one of `bias`.
    """
    y = quantized_matmul(w.scales, w.biases, w.group_size, w.bits, x, w.weight, transpose_b=True)
    return y if bias is None else y + bias
