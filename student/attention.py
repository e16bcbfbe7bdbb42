"""Scaled dot-product attention: simple, multi-head, grouped, causal.

Knows nothing about positions: rotate queries and keys before they get here. Scores are computed in float32,
because in float16 a dot product of two trained vectors can exceed 65504, and infinity minus infinity is NaN.

Source: Vaswani et al., https://arxiv.org/abs/1706.03762; Ainslie et al. (grouped), https://arxiv.org/abs/2305.13245
"""

import mlx.core as mx


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
    raise NotImplementedError("task 1.1.1: implement scaled_dot_product_attention_simple")


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
        raise NotImplementedError("task 1.1.2: implement SimpleMultiHeadAttention.__init__")

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
        raise NotImplementedError("task 1.1.2: implement SimpleMultiHeadAttention.__call__")


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
    raise NotImplementedError("task 1.3.2: implement causal_mask")


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
    raise NotImplementedError("task 1.3.1: implement scaled_dot_product_attention_grouped")


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
    raise NotImplementedError("task 2.4: implement flash_attention")
