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
        raise NotImplementedError("task 1.4.1: implement RMSNorm.__init__")

    def __call__(self, x: mx.array) -> mx.array:
        """Normalise the last axis.

        Args:
            x: `[..., dim]`.

        Returns:
            `[..., dim]` in the dtype of `x`; computed in float32, where the squares of float16 numbers fit.
        """
        raise NotImplementedError("task 1.4.1: implement RMSNorm.__call__")
