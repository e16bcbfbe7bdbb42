"""Qwen2, served: weights stay quantized, earlier tokens stay in a cache, a batch row has positions of its own.

Knows nothing about tokenizers, or about how caches store what they are given. Names of dimensions are the
checkpoint's own. Norm, rotation and the MLP's gate are Week 1's, or, where the kernels that were built have them,
single passes through memory in C++.

Source: https://arxiv.org/abs/2407.10671
"""

from typing import Any

import mlx.core as mx

from .quantize import QuantizedWeights


class Qwen2MultiHeadAttention:
    """Grouped-query attention over everything that the cache holds."""

    def __init__(
        self,
        hidden_size: int,
        num_heads: int,
        num_kv_heads: int,
        wq: QuantizedWeights,
        wk: QuantizedWeights,
        wv: QuantizedWeights,
        wo: QuantizedWeights,
        bq: mx.array,
        bk: mx.array,
        bv: mx.array,
        max_seq_len: int = 32768,
        theta: float = 1000000,
        enable_flash_attn: bool = False,
    ):
        """Keep the weights; shapes as in Week 1, packed.

        Raises:
            ValueError: `hidden_size` is not a multiple of `num_heads`, or that not one of `num_kv_heads`.
        """
        raise NotImplementedError("task 2.1: implement Qwen2MultiHeadAttention.__init__")

    def __call__(
        self,
        x: mx.array,
        offset: int | list[int],
        cache: Any,
        mask: mx.array | str | None = "causal",
    ) -> mx.array:
        """Let every token of `x` attend to the tokens in the cache and to those of `x` that the mask shows it.

        Args:
            x: `[B, L, E]`.
            offset: The position of a row's first token; a list has one per row.
            cache: This layer's cache; it takes the keys and values of `x` in.
            mask: None, `"causal"`, or an array that broadcasts to `[B, H_q, L, S]`.

        Returns:
            `[B, L, E]` in the dtype of `x`.
        """
        raise NotImplementedError("task 2.1: implement Qwen2MultiHeadAttention.__call__")


class Qwen2MLP:
    """The gated feed-forward network: `down(silu(gate(x)) * up(x))`."""

    def __init__(self, w_gate: QuantizedWeights, w_up: QuantizedWeights, w_down: QuantizedWeights):
        """Keep the weights: `[I, E]`, `[I, E]` and `[E, I]`, packed."""
        raise NotImplementedError("task 2.1: implement Qwen2MLP.__init__")

    def __call__(self, x: mx.array) -> mx.array:
        """Transform each token by itself: `[..., E]` to `[..., E]`."""
        raise NotImplementedError("task 2.1: implement Qwen2MLP.__call__")


class Qwen2TransformerBlock:
    """One layer: attention, then the feed-forward network, each behind a norm and beside a residual."""

    def __init__(self, args: Any, layer: Any, enable_flash_attn: bool):
        """Take the weights out of a layer.

        Args:
            args: The checkpoint's configuration.
            layer: A layer of the model that `mlx_lm.load` returned, 4-bit.
            enable_flash_attn: Attend in the C++ kernel.
        """
        raise NotImplementedError("task 2.1: implement Qwen2TransformerBlock.__init__")

    def __call__(
        self, x: mx.array, offset: int | list[int], cache: Any, mask: mx.array | str | None = "causal"
    ) -> mx.array:
        """Apply the layer: `[B, L, E]` to `[B, L, E]`; arguments as in the attention."""
        raise NotImplementedError("task 2.1: implement Qwen2TransformerBlock.__call__")


class Qwen2ModelWeek2:
    """The whole model, from token ids to logits, beside a cache."""

    def __init__(self, mlx_model: Any, enable_flash_attn: bool = False):
        """Take the packed weights out of a model that `mlx_lm.load` returned.

        Args:
            mlx_model: Has `args` and the checkpoint's tree, 4-bit.
            enable_flash_attn: Attend in the C++ kernel.

        Raises:
            ValueError: A layer is not quantized.
        """
        raise NotImplementedError("task 2.1: implement Qwen2ModelWeek2.__init__")

    def __call__(self, inputs: mx.array, offset: int | list[int], cache: list[Any]) -> mx.array:
        """Return the logits of the next token after every token.

        Args:
            inputs: `[B, L]` token ids that the cache has not seen.
            offset: The position of a row's first token; a list has one per row.
            cache: One cache per layer; each takes in what its layer computes.

        Returns:
            `[B, L, V]`.

        Raises:
            ValueError: There is not one cache per layer.
        """
        raise NotImplementedError("task 2.1: implement Qwen2ModelWeek2.__call__")
