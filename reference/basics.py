"""The operations that everything else is made of: softmax, linear, silu.

Knows nothing about attention or models. Exponentials are taken in float32, whatever the input's dtype:
float16 ends at 65504 and bfloat16 has three digits, enough to store a value and too little to sum many.
"""

import mlx.core as mx


def softmax(x: mx.array, axis: int) -> mx.array:
    """Turn scores into weights that are positive and sum to 1 along `axis`.

    Args:
        x: Scores of any shape; -inf means "never".
        axis: The axis along which the weights sum to 1.

    Returns:
        Weights in the shape and dtype of `x`.
    """
    scores = x.astype(mx.float32)
    # Softmax does not change when all scores shift alike: with the maximum at 0, exp cannot overflow.
    weights = mx.exp(scores - mx.max(scores, axis=axis, keepdims=True))
    return (weights / mx.sum(weights, axis=axis, keepdims=True)).astype(x.dtype)


def linear(x: mx.array, w: mx.array, bias: mx.array | None = None) -> mx.array:
    """Apply a linear layer: `x @ w.T + bias`.

    Args:
        x: `[..., in]`.
        w: `[out, in]`, the layout of checkpoints.
        bias: `[out]` or None.

    Returns:
        `[..., out]` in the dtype that `x` and `w` have in common.
    """
    y = x @ w.T
    return y if bias is None else y + bias


def silu(x: mx.array) -> mx.array:
    """Apply the sigmoid linear unit `x * sigmoid(x)` to each element.

    Args:
        x: Any shape.

    Returns:
        The shape and dtype of `x`.

    Source: Elfwing et al., https://arxiv.org/abs/1702.03118
    """
    wide = x.astype(mx.float32)
    # exp of a number that is not positive never overflows, and nothing is taken from 1, which would cancel.
    decay = mx.exp(-mx.abs(wide))
    sigmoid = mx.where(wide < 0, decay, 1.0) / (1.0 + decay)
    return (wide * sigmoid).astype(x.dtype)
