"""The kernels' ladders in one place, for measuring: rung by rung, and MLX's own kernel beside them.

No part of the course: the skeleton has no such file. The last rung is what the dispatch of the op takes.
"""

import mlx.core as mx


def quantized_matmul(
    rung: int,
    scales: mx.array,
    biases: mx.array,
    group_size: int,
    bits: int,
    a: mx.array,
    b: mx.array,
    transpose_b: bool = False,
) -> mx.array:
    """Compute `quantize.quantized_matmul` as one rung does.

    Args:
        rung: From 1; 0 for the op itself, which chooses by shape.
        scales: As there.
        biases: As there.
        group_size: As there.
        bits: As there.
        a: `[..., K]`.
        b: As there.
        transpose_b: As there.

    Returns:
        `[..., N]` in the dtype of `a`.

    Raises:
        ValueError: There is no such rung.
    """
    import kernels

    rest = (scales, biases, group_size, bits, a, b, transpose_b)
    return kernels.quantized_matmul(*rest) if rung == 0 else kernels.quantized_matmul_rung(rung, *rest)


def mlx_quantized_matmul(
    scales: mx.array,
    biases: mx.array,
    group_size: int,
    bits: int,
    a: mx.array,
    b: mx.array,
    transpose_b: bool = False,
) -> mx.array:
    """Compute `quantize.quantized_matmul` with MLX's kernel."""
    return mx.quantized_matmul(a, b, scales, biases, transpose=transpose_b, group_size=group_size, bits=bits)


def flash_attention(
    rung: int,
    query: mx.array,
    key: mx.array,
    value: mx.array,
    scale: float | None = None,
    mask: mx.array | str | None = None,
) -> mx.array:
    """Compute `attention.flash_attention` as one rung does.

    Args:
        rung: From 1; 0 for the op itself, which chooses by shape.
        query: `[..., H_q, L, D]`.
        key: `[..., H, S, D]`.
        value: `[..., H, S, D]`.
        scale: As there.
        mask: As there.

    Returns:
        `[..., H_q, L, D]` in the query's dtype.

    Raises:
        ValueError: There is no such rung.
    """
    import kernels

    causal = isinstance(mask, str)
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    rest = (query, key, value, scale, None if causal else mask, causal)
    return kernels.flash_attention(*rest) if rung == 0 else kernels.flash_attention_rung(rung, *rest)


def mlx_flash_attention(
    query: mx.array,
    key: mx.array,
    value: mx.array,
    scale: float | None = None,
    mask: mx.array | str | None = None,
) -> mx.array:
    """Compute `attention.flash_attention` with MLX's kernel, which takes arrays `[B, H, L, D]`."""
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    return mx.fast.scaled_dot_product_attention(query, key, value, scale=scale, mask=mask)
