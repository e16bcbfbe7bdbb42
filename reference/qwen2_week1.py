"""Qwen2, dense: every weight is dequantized once and the whole sequence is computed at every step.

Knows nothing about tokenizers, sampling or caches. Names of dimensions are the checkpoint's own.

Source: https://arxiv.org/abs/2407.10671
"""

from typing import Any

import mlx.core as mx

from .attention import scaled_dot_product_attention_grouped
from .basics import linear, silu
from .embedding import Embedding
from .layer_norm import RMSNorm
from .positional_encoding import RoPE
from .quantize import dequantize_linear


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
        if hidden_size % num_heads != 0:
            raise ValueError(f"hidden_size ({hidden_size}) must be a multiple of num_heads ({num_heads})")
        if num_heads % num_kv_heads != 0:
            raise ValueError(f"num_heads ({num_heads}) must be a multiple of num_kv_heads ({num_kv_heads})")
        self.num_heads, self.num_kv_heads = num_heads, num_kv_heads
        self.head_dim = hidden_size // num_heads
        self.wq, self.wk, self.wv, self.wo = wq, wk, wv, wo
        self.bq, self.bk, self.bv = bq, bk, bv
        self.rope = RoPE(self.head_dim, max_seq_len, base=theta, traditional=False)

    def __call__(self, x: mx.array, mask: mx.array | str | None = None) -> mx.array:
        """Let every token of `x` attend to every token of `x` that the mask shows it.

        Args:
            x: `[B, L, E]`.
            mask: None, `"causal"`, or an array that broadcasts to `[B, H_q, L, L]`.

        Returns:
            `[B, L, E]` in the dtype of `x`.
        """
        B, L, _ = x.shape
        q = linear(x, self.wq, self.bq).reshape(B, L, self.num_heads, self.head_dim)
        k = linear(x, self.wk, self.bk).reshape(B, L, self.num_kv_heads, self.head_dim)
        v = linear(x, self.wv, self.bv).reshape(B, L, self.num_kv_heads, self.head_dim)
        q, k = self.rope(q), self.rope(k)
        # [B, L, heads, D] -> [B, heads, L, D]; float32, because the scores of Qwen2 overflow float16
        q, k, v = (t.swapaxes(1, 2).astype(mx.float32) for t in (q, k, v))
        out = scaled_dot_product_attention_grouped(q, k, v, mask=mask)
        return linear(out.swapaxes(1, 2).flatten(2, 3).astype(x.dtype), self.wo)


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
        if w_gate.shape != (hidden_dim, dim):
            raise ValueError(f"w_gate has shape {w_gate.shape}, must be ({hidden_dim}, {dim})")
        self.w_gate, self.w_up, self.w_down = w_gate, w_up, w_down

    def __call__(self, x: mx.array) -> mx.array:
        """Transform each token by itself: `[..., E]` to `[..., E]`."""
        return linear(silu(linear(x, self.w_gate)) * linear(x, self.w_up), self.w_down)


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
        self.input_layernorm = RMSNorm(hidden_size, w_input_layernorm, eps=rms_norm_eps)
        self.self_attn = Qwen2MultiHeadAttention(
            hidden_size=hidden_size,
            num_heads=num_attention_heads,
            num_kv_heads=num_kv_heads,
            wq=wq,
            wk=wk,
            wv=wv,
            wo=wo,
            bq=bq,
            bk=bk,
            bv=bv,
            max_seq_len=max_seq_len,
            theta=theta,
        )
        self.post_attention_layernorm = RMSNorm(hidden_size, w_post_attention_layernorm, eps=rms_norm_eps)
        self.mlp = Qwen2MLP(hidden_size, intermediate_size, w_gate, w_up, w_down)

    def __call__(self, x: mx.array, mask: mx.array | str | None = None) -> mx.array:
        """Apply the layer.

        Args:
            x: `[B, L, E]`.
            mask: None, `"causal"`, or an array that broadcasts to `[B, H_q, L, L]`.

        Returns:
            `[B, L, E]` in the dtype of `x`.
        """
        h = x + self.self_attn(self.input_layernorm(x), mask)
        return h + self.mlp(self.post_attention_layernorm(h))


class Qwen2ModelWeek1:
    """The whole model, from token ids to logits."""

    def __init__(self, mlx_model: Any):
        """Take the weights out of a model that `mlx_lm.load` returned, 4-bit or plain.

        Args:
            mlx_model: Has `args` and the checkpoint's tree: `model.embed_tokens`, `model.layers[i]`,
                `model.norm`, and `lm_head` if the head is not tied to the embedding.
        """
        args = mlx_model.args
        self.embed_tokens = Embedding(
            args.vocab_size, args.hidden_size, dequantize_linear(mlx_model.model.embed_tokens)
        )
        self.layers = [
            Qwen2TransformerBlock(
                num_attention_heads=args.num_attention_heads,
                num_kv_heads=args.num_key_value_heads,
                hidden_size=args.hidden_size,
                intermediate_size=args.intermediate_size,
                rms_norm_eps=args.rms_norm_eps,
                wq=dequantize_linear(layer.self_attn.q_proj),
                wk=dequantize_linear(layer.self_attn.k_proj),
                wv=dequantize_linear(layer.self_attn.v_proj),
                wo=dequantize_linear(layer.self_attn.o_proj),
                bq=layer.self_attn.q_proj.bias,
                bk=layer.self_attn.k_proj.bias,
                bv=layer.self_attn.v_proj.bias,
                w_gate=dequantize_linear(layer.mlp.gate_proj),
                w_up=dequantize_linear(layer.mlp.up_proj),
                w_down=dequantize_linear(layer.mlp.down_proj),
                w_input_layernorm=layer.input_layernorm.weight,
                w_post_attention_layernorm=layer.post_attention_layernorm.weight,
                max_seq_len=args.max_position_embeddings,
                theta=args.rope_theta,
            )
            for layer in mlx_model.model.layers
        ]
        self.norm = RMSNorm(args.hidden_size, mlx_model.model.norm.weight, eps=args.rms_norm_eps)
        self.lm_head = None if args.tie_word_embeddings else dequantize_linear(mlx_model.lm_head)

    def __call__(self, inputs: mx.array) -> mx.array:
        """Return the logits of the next token after every token.

        Args:
            inputs: `[B, L]` token ids.

        Returns:
            `[B, L, V]`.
        """
        h = self.embed_tokens(inputs)
        for layer in self.layers:
            h = layer(h, mask="causal")
        h = self.norm(h)
        return self.embed_tokens.as_linear(h) if self.lm_head is None else linear(h, self.lm_head)
