"""Root mean square normalisation, the only norm that Qwen2 has.

Knows nothing about where in the model it stands.

Source: Zhang and Sennrich, https://arxiv.org/abs/1910.07467
"""

import mlx.core as mx


class RMSNorm:
    """Divide a vector by its root mean square, then scale each channel by a learned weight."""

    def __init__(self, dim: int, weight: mx.array, eps: float = 1e-5):
        """Keep the weight.

        Args:
            dim: Size of the last axis.
            weight: `[dim]`.
            eps: Added to the mean square, inside the root, so that a vector of zeros stays one.

        Raises:
            ValueError: The weight is not `[dim]`.
        """
        if weight.shape != (dim,):
            raise ValueError(f"weight has shape {weight.shape}, must be ({dim},)")
        self.weight = weight.astype(mx.float32)
        self.eps = eps

    def __call__(self, x: mx.array) -> mx.array:
        """Normalise the last axis.

        Args:
            x: `[..., dim]`.

        Returns:
            `[..., dim]` in the dtype of `x`; computed in float32, where the squares of float16 numbers fit.
        """
        wide = x.astype(mx.float32)
        mean_square = mx.mean(mx.square(wide), axis=-1, keepdims=True)
        return (wide * mx.rsqrt(mean_square + self.eps) * self.weight).astype(x.dtype)
