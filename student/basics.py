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
    raise NotImplementedError("task 1.1.1: implement softmax")


def linear(x: mx.array, w: mx.array, bias: mx.array | None = None) -> mx.array:
    """Apply a linear layer: `x @ w.T + bias`.

    Args:
        x: `[..., in]`.
        w: `[out, in]`, the layout of checkpoints.
        bias: `[out]` or None.

    Returns:
        `[..., out]` in the dtype that `x` and `w` have in common.
    """
    raise NotImplementedError("task 1.1.2: implement linear")


def silu(x: mx.array) -> mx.array:
    """Apply the sigmoid linear unit `x * sigmoid(x)` to each element.

    Args:
        x: Any shape.

    Returns:
        The shape and dtype of `x`.

    Source: Elfwing et al., https://arxiv.org/abs/1702.03118
    """
    raise NotImplementedError("task 1.4.2: implement silu")
