"""Scaled dot-product attention: simple, multi-head, grouped, causal.

Knows nothing about positions: rotate queries and keys before they get here. Scores are computed in float32,
because in float16 a dot product of two trained vectors can exceed 65504, and infinity minus infinity is NaN.

Source: Vaswani et al., https://arxiv.org/abs/1706.03762; Ainslie et al. (grouped), https://arxiv.org/abs/2305.13245
"""

import mlx.core as mx

from .basics import linear, softmax


def scaled_dot_product_attention_simple(
    query: mx.array,
    key: mx.array,
    value: mx.array,
    scale: float | None = None,
    mask: mx.array | None = None,
) -> mx.array:
    """Average the values, each weighted by how well its key fits the query.

    Args:
        query: `[..., L, D]`, with any number of leading axes, none included.
        key: `[..., S, D]`.
        value: `[..., S, D]`.
        scale: Factor for the scores; `D ** -0.5` if None.
        mask: Added to the scores: broadcasts to `[..., L, S]`; 0 lets a key through, -inf hides it.

    Returns:
        `[..., L, D]` in the query's dtype.
    """
    if scale is None:  # not `scale or ...`: a scale of 0 is a scale
        scale = query.shape[-1] ** -0.5
    q, k, v = (x.astype(mx.float32) for x in (query, key, value))
    scores = (q @ k.swapaxes(-1, -2)) * scale  # [..., L, S]
    if mask is not None:
        scores = scores + mask.astype(mx.float32)
    return (softmax(scores, axis=-1) @ v).astype(query.dtype)


class SimpleMultiHeadAttention:
    """Multi-head attention in which every query head has a key/value head of its own."""

    def __init__(
        self,
        hidden_size: int,
        num_heads: int,
        wq: mx.array,
        wk: mx.array,
        wv: mx.array,
        wo: mx.array,
    ):
        """Keep the weights, each `[E, E]`.

        Raises:
            ValueError: `hidden_size` is not a multiple of `num_heads`.
        """
        if hidden_size % num_heads != 0:
            raise ValueError(f"hidden_size ({hidden_size}) must be a multiple of num_heads ({num_heads})")
        self.num_heads = num_heads
        self.head_dim = hidden_size // num_heads
        self.wq, self.wk, self.wv, self.wo = wq, wk, wv, wo

    def __call__(
        self, query: mx.array, key: mx.array, value: mx.array, mask: mx.array | None = None
    ) -> mx.array:
        """Attend from `query` to `key` and `value`.

        Args:
            query: `[B, L, E]`.
            key: `[B, S, E]`.
            value: `[B, S, E]`.
            mask: Broadcasts to `[B, num_heads, L, S]`, or None.

        Returns:
            `[B, L, E]`.
        """
        q = self._split_heads(linear(query, self.wq))
        k = self._split_heads(linear(key, self.wk))
        v = self._split_heads(linear(value, self.wv))
        heads = scaled_dot_product_attention_simple(q, k, v, mask=mask)  # [B, num_heads, L, D]
        return linear(heads.swapaxes(-2, -3).flatten(-2, -1), self.wo)

    def _split_heads(self, x: mx.array) -> mx.array:
        """Turn `[B, L, E]` into `[B, num_heads, L, D]`."""
        return mx.unflatten(x, -1, (self.num_heads, self.head_dim)).swapaxes(-2, -3)


def causal_mask(L: int, S: int, dtype: mx.Dtype) -> mx.array:
    """Build the mask with which no query sees the future.

    The last query is the newest token and sees all keys: with a cache, `S > L`, and the mask is aligned at
    the bottom right. For `L = 2` and `S = 4`:

        0    0    0   -inf
        0    0    0    0

    Args:
        L: Number of queries.
        S: Number of keys.
        dtype: The mask's dtype.

    Returns:
        `[L, S]`: row i is 0 for the keys `0 .. S-L+i` and -inf for those after.
    """
    last_visible = mx.arange(L)[:, None] + (S - L)
    return mx.where(mx.arange(S) <= last_visible, 0.0, -mx.inf).astype(dtype)


def scaled_dot_product_attention_grouped(
    query: mx.array,
    key: mx.array,
    value: mx.array,
    scale: float | None = None,
    mask: mx.array | str | None = None,
) -> mx.array:
    """Attend with groups of query heads that share a key/value head: head h reads head `h // (H_q // H)`.

    Args:
        query: `[..., H_q, L, D]`.
        key: `[..., H, S, D]`.
        value: `[..., H, S, D]`.
        scale: Factor for the scores; `D ** -0.5` if None.
        mask: None, `"causal"`, or an array that broadcasts to `[..., H_q, L, S]` and is added to the scores.

    Returns:
        `[..., H_q, L, D]` in the query's dtype.

    Raises:
        ValueError: `H_q` is not a multiple of `H`, or the mask is a string other than "causal".
    """
    *batch, H_q, L, _ = query.shape
    H, S, _ = key.shape[-3:]
    if H_q % H != 0:
        raise ValueError(f"number of query heads ({H_q}) must be a multiple of key/value heads ({H})")
    groups = (H, H_q // H)
    if isinstance(mask, str):
        if mask != "causal":
            raise ValueError(f'mask ({mask!r}) must be None, an array or "causal"')
        mask = causal_mask(L, S, mx.float32)
    elif mask is not None:
        mask = mx.unflatten(mx.broadcast_to(mask, (*batch, H_q, L, S)), -3, groups)
    # One axis more, of length 1 in key and value: broadcasting shares them and copies nothing.
    out = scaled_dot_product_attention_simple(
        mx.unflatten(query, -3, groups),  # [..., H, H_q // H, L, D]
        mx.expand_dims(key, -3),  # [..., H, 1, S, D]
        mx.expand_dims(value, -3),
        scale=scale,
        mask=mask,
    )
    return out.flatten(-4, -3)


def flash_attention(
    query: mx.array,
    key: mx.array,
    value: mx.array,
    scale: float | None = None,
    mask: mx.array | str | None = None,
) -> mx.array:
    """Attend as `scaled_dot_product_attention_grouped` does, in the C++ kernel.

    The scores of a query are never all there at once: the kernel walks over the keys in tiles and corrects what
    it has summed up whenever it meets a larger score.

    Args:
        query: `[..., H_q, L, D]`.
        key: `[..., H, S, D]`.
        value: `[..., H, S, D]`.
        scale: Factor for the scores; `D ** -0.5` if None.
        mask: None, `"causal"`, or an array that broadcasts to `[..., H_q, L, S]` and is added to the scores.

    Returns:
        `[..., H_q, L, D]` in the query's dtype.

    Raises:
        ImportError: The C++ kernels are not built.
        ValueError: The shapes do not fit, or the mask is a string other than "causal".

    Source: Dao et al., https://arxiv.org/abs/2205.14135; Milakov and Gimelshein, https://arxiv.org/abs/1805.02867
    """
    from kernels import flash_attention as kernel

    causal = isinstance(mask, str)
    if causal and mask != "causal":
        raise ValueError(f'the mask is {mask!r}, must be None, an array or "causal"')
    return kernel(
        query,
        key,
        value,
        query.shape[-1] ** -0.5 if scale is None else scale,
        None if causal else mask,
        causal,
    )
