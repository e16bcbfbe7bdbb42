"""MLX's 4-bit affine quantization in torch, with a straight-through gradient, for training.

Knows nothing about models; a rounded weight is what `mx.dequantize(*mx.quantize(w, 64, 4))` gives.
Format: https://ml-explore.github.io/mlx/build/html/python/_autosummary/mlx.core.quantize.html
"""

from __future__ import annotations

import torch

GROUP_SIZE = 64
BITS = 4


def round_to_4bit(weight: torch.Tensor) -> torch.Tensor:
    """Round each group of 64 along the last axis to 16 levels, as MLX does.

    The end of the range that is larger in magnitude becomes an exact multiple of the scale, so that zero
    lies on the grid.

    Args:
        weight: `[out, in]`, `in` a multiple of 64.

    Returns:
        The rounded weights, same shape and dtype. The gradient passes through unchanged.

    Raises:
        ValueError: the last axis is no multiple of the group size.
    """
    if weight.shape[-1] % GROUP_SIZE:
        raise ValueError(f"last axis ({weight.shape[-1]}) must be a multiple of {GROUP_SIZE}")
    with torch.no_grad():
        groups = weight.unflatten(-1, (-1, GROUP_SIZE))
        low, high = groups.amin(-1, keepdim=True), groups.amax(-1, keepdim=True)
        low_is_edge = low.abs() > high.abs()
        edge = torch.where(low_is_edge, low, high)
        step = ((high - low) / (2**BITS - 1)).clamp_min(1e-7)
        step = torch.where(low_is_edge, step, -step)
        edge_level = torch.round(edge / step)
        scale = torch.where(edge_level == 0, step, edge / edge_level)
        bias = torch.where(edge_level == 0, torch.zeros_like(edge), edge)
        levels = torch.round((groups - bias) / scale).clamp(0, 2**BITS - 1)
        # float16 scales and biases are what the checkpoint stores
        rounded = (levels * scale.half().float() + bias.half().float()).flatten(-2)
    return weight + (rounded - weight).detach()
