"""Qwen2, dense: every weight is dequantized once and the whole sequence is computed at every step.

Knows nothing about tokenizers, sampling or caches. Names of dimensions are the checkpoint's own.

Source: https://arxiv.org/abs/2407.10671
"""

from typing import Any

import mlx.core as mx


class Qwen2MultiHeadAttention:
    """Grouped-query attention with rotary positions, and a bias on Q, K and V only."""

    def __init__(
        self,
        hidden_size: int,
        num_heads: int,
        num_kv_heads: int,
        wq: mx.array,
        wk: mx.array,
        wv: mx.array,
        wo: mx.array,
        bq: mx.array,
        bk: mx.array,
        bv: mx.array,
        max_seq_len: int = 32768,
        theta: float = 1000000,
    ):
        """Keep the weights.

        Args:
            hidden_size: `E`.
            num_heads: `H_q`.
            num_kv_heads: `H`.
            wq: `[H_q * D, E]`.
            wk: `[H * D, E]`.
            wv: `[H * D, E]`.
            wo: `[E, H_q * D]`.
            bq: `[H_q * D]`.
            bk: `[H * D]`.
            bv: `[H * D]`.
            max_seq_len: Number of positions that RoPE knows.
            theta: Base of RoPE's frequencies.

        Raises:
            ValueError: `hidden_size` is not a multiple of `num_heads`, or that not one of `num_kv_heads`.
        """
        raise NotImplementedError("task 1.3.3: implement Qwen2MultiHeadAttention.__init__")

    def __call__(self, x: mx.array, mask: mx.array | str | None = None) -> mx.array:
        """Let every token of `x` attend to every token of `x` that the mask shows it.

        Args:
            x: `[B, L, E]`.
            mask: None, `"causal"`, or an array that broadcasts to `[B, H_q, L, L]`.

        Returns:
            `[B, L, E]` in the dtype of `x`.
        """
        raise NotImplementedError("task 1.3.3: implement Qwen2MultiHeadAttention.__call__")


class Qwen2MLP:
    """The gated feed-forward network: `down(silu(gate(x)) * up(x))`."""

    def __init__(self, dim: int, hidden_dim: int, w_gate: mx.array, w_up: mx.array, w_down: mx.array):
        """Keep the weights.

        Args:
            dim: `E`.
            hidden_dim: `I`.
            w_gate: `[I, E]`.
            w_up: `[I, E]`.
            w_down: `[E, I]`.

        Raises:
            ValueError: The weight of the gate is not `[I, E]`.
        """
        raise NotImplementedError("task 1.4.2: implement Qwen2MLP.__init__")

    def __call__(self, x: mx.array) -> mx.array:
        """Transform each token by itself: `[..., E]` to `[..., E]`."""
        raise NotImplementedError("task 1.4.2: implement Qwen2MLP.__call__")


class Qwen2TransformerBlock:
    """One layer: attention, then the feed-forward network, each behind a norm and beside a residual."""

    def __init__(
        self,
        num_attention_heads: int,
        num_kv_heads: int,
        hidden_size: int,
        intermediate_size: int,
        rms_norm_eps: float,
        wq: mx.array,
        wk: mx.array,
        wv: mx.array,
        wo: mx.array,
        bq: mx.array,
        bk: mx.array,
        bv: mx.array,
        w_gate: mx.array,
        w_up: mx.array,
        w_down: mx.array,
        w_input_layernorm: mx.array,
        w_post_attention_layernorm: mx.array,
        max_seq_len: int = 32768,
        theta: float = 1000000,
    ):
        """Build the parts from their weights; shapes as in the parts, norms `[E]`."""
        raise NotImplementedError("task 1.5.1: implement Qwen2TransformerBlock.__init__")

    def __call__(self, x: mx.array, mask: mx.array | str | None = None) -> mx.array:
        """Apply the layer.

        Args:
            x: `[B, L, E]`.
            mask: None, `"causal"`, or an array that broadcasts to `[B, H_q, L, L]`.

        Returns:
            `[B, L, E]` in the dtype of `x`.
        """
        raise NotImplementedError("task 1.5.1: implement Qwen2TransformerBlock.__call__")


class Qwen2ModelWeek1:
    """The whole model, from token ids to logits."""

    def __init__(self, mlx_model: Any):
        """Take the weights out of a model that `mlx_lm.load` returned, 4-bit or plain.

        Args:
            mlx_model: Has `args` and the checkpoint's tree: `model.embed_tokens`, `model.layers[i]`,
                `model.norm`, and `lm_head` if the head is not tied to the embedding.
        """
        raise NotImplementedError("task 1.5.3: implement Qwen2ModelWeek1.__init__")

    def __call__(self, inputs: mx.array) -> mx.array:
        """Return the logits of the next token after every token.

        Args:
            inputs: `[B, L]` token ids.

        Returns:
            `[B, L, V]`.
        """
        raise NotImplementedError("task 1.5.3: implement Qwen2ModelWeek1.__call__")
