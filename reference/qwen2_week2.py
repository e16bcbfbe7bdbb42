"""Qwen2, served: weights stay quantized, earlier tokens stay in a cache, a batch row has positions of its own.

Knows nothing about tokenizers, or about how caches store what they are given. Names of dimensions are the
checkpoint's own. Norm, rotation and the MLP's gate are Week 1's, or, where the kernels that were built have them,
single passes through memory in C++.

Source: https://arxiv.org/abs/2407.10671
"""

from collections.abc import Callable
from typing import Any

import mlx.core as mx

from .attention import flash_attention, scaled_dot_product_attention_grouped
from .basics import silu
from .layer_norm import RMSNorm
from .positional_encoding import RoPE
from .quantize import QuantizedWeights, quantized_linear


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
        if hidden_size % num_heads != 0:
            raise ValueError(f"hidden_size ({hidden_size}) must be a multiple of num_heads ({num_heads})")
        if num_heads % num_kv_heads != 0:
            raise ValueError(f"num_heads ({num_heads}) must be a multiple of num_kv_heads ({num_kv_heads})")
        self.head_dim = hidden_size // num_heads
        self.wq, self.wk, self.wv, self.wo = wq, wk, wv, wo
        self.bq, self.bk, self.bv = bq, bk, bv
        self.rotate = _rope(self.head_dim, max_seq_len, theta)
        self.attend = flash_attention if enable_flash_attn else scaled_dot_product_attention_grouped

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
        L = x.shape[1]
        q = self._heads(quantized_linear(x, self.wq, self.bq))
        k = self._heads(quantized_linear(x, self.wk, self.bk))
        v = self._heads(quantized_linear(x, self.wv, self.bv))
        q, k = self.rotate(q, offset), self.rotate(k, offset)
        k, v, _, mask = cache.update_and_fetch(k, v, mask_length=L, mask=mask)
        out = self.attend(q, k, v, mask=mask)
        return quantized_linear(out.swapaxes(1, 2).flatten(2, 3), self.wo)

    def _heads(self, x: mx.array) -> mx.array:
        """Turn `[B, L, heads * D]` into `[B, heads, L, D]`."""
        return mx.unflatten(x, -1, (-1, self.head_dim)).swapaxes(1, 2)


class Qwen2MLP:
    """The gated feed-forward network: `down(silu(gate(x)) * up(x))`."""

    def __init__(self, w_gate: QuantizedWeights, w_up: QuantizedWeights, w_down: QuantizedWeights):
        """Keep the weights: `[I, E]`, `[I, E]` and `[E, I]`, packed."""
        self.w_gate, self.w_up, self.w_down = w_gate, w_up, w_down
        self.swiglu = _swiglu()

    def __call__(self, x: mx.array) -> mx.array:
        """Transform each token by itself: `[..., E]` to `[..., E]`."""
        gated = self.swiglu(quantized_linear(x, self.w_gate), quantized_linear(x, self.w_up))
        return quantized_linear(gated, self.w_down)


class Qwen2TransformerBlock:
    """One layer: attention, then the feed-forward network, each behind a norm and beside a residual."""

    def __init__(self, args: Any, layer: Any, enable_flash_attn: bool):
        """Take the weights out of a layer.

        Args:
            args: The checkpoint's configuration.
            layer: A layer of the model that `mlx_lm.load` returned, 4-bit.
            enable_flash_attn: Attend in the C++ kernel.
        """
        packed = QuantizedWeights.from_mlx_layer
        attention, mlp = layer.self_attn, layer.mlp
        self.input_layernorm = _rms_norm(layer.input_layernorm.weight, args.rms_norm_eps)
        self.self_attn = Qwen2MultiHeadAttention(
            hidden_size=args.hidden_size,
            num_heads=args.num_attention_heads,
            num_kv_heads=args.num_key_value_heads,
            wq=packed(attention.q_proj),
            wk=packed(attention.k_proj),
            wv=packed(attention.v_proj),
            wo=packed(attention.o_proj),
            bq=attention.q_proj.bias,
            bk=attention.k_proj.bias,
            bv=attention.v_proj.bias,
            max_seq_len=args.max_position_embeddings,
            theta=args.rope_theta,
            enable_flash_attn=enable_flash_attn,
        )
        self.post_attention_layernorm = _rms_norm(layer.post_attention_layernorm.weight, args.rms_norm_eps)
        self.mlp = Qwen2MLP(packed(mlp.gate_proj), packed(mlp.up_proj), packed(mlp.down_proj))

    def __call__(
        self, x: mx.array, offset: int | list[int], cache: Any, mask: mx.array | str | None = "causal"
    ) -> mx.array:
        """Apply the layer: `[B, L, E]` to `[B, L, E]`; arguments as in the attention."""
        h = x + self.self_attn(self.input_layernorm(x), offset, cache, mask)
        return h + self.mlp(self.post_attention_layernorm(h))


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
        args = mlx_model.args
        self.num_hidden_layers = args.num_hidden_layers
        self.embedding = QuantizedWeights.from_mlx_layer(mlx_model.model.embed_tokens)
        self.layers = [
            Qwen2TransformerBlock(args, layer, enable_flash_attn) for layer in mlx_model.model.layers
        ]
        self.norm = _rms_norm(mlx_model.model.norm.weight, args.rms_norm_eps)
        self.head = (
            self.embedding if args.tie_word_embeddings else QuantizedWeights.from_mlx_layer(mlx_model.lm_head)
        )

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
        h = self.embedding.rows(inputs)
        for layer, layer_cache in zip(self.layers, cache, strict=True):
            h = layer(h, offset, layer_cache)
        return quantized_linear(self.norm(h), self.head)


def _rms_norm(weight: mx.array, eps: float) -> Callable[[mx.array], mx.array]:
    """Return the norm of `[..., E]`."""
    norm = RMSNorm(weight.shape[0], weight, eps=eps)
    try:
        from kernels import rms_norm
    except ImportError:
        return norm
    return lambda x: rms_norm(x, norm.weight, eps)


def _rope(head_dim: int, max_seq_len: int, theta: float) -> Callable[[mx.array, int | list[int]], mx.array]:
    """Return the rotation of `[B, heads, L, D]` whose rows begin at an offset, or each at its own."""
    rope = RoPE(head_dim, max_seq_len, base=theta, traditional=False)

    def rotate(x: mx.array, offset: int | list[int]) -> mx.array:
        L = x.shape[2]
        rows = [slice(o, o + L) for o in offset] if isinstance(offset, list) else slice(offset, offset + L)
        return rope(x.swapaxes(1, 2), rows).swapaxes(1, 2)

    try:
        from kernels import rope as kernel
    except ImportError:
        return rotate

    def rotate_fused(x: mx.array, offset: int | list[int]) -> mx.array:
        end = x.shape[2] + (max(offset) if isinstance(offset, list) else offset)
        if end > max_seq_len:
            raise ValueError(f"the tokens end at position {end}, max_seq_len is {max_seq_len}")
        return kernel(x, head_dim, theta, False, mx.array(offset))

    return rotate_fused


def _swiglu() -> Callable[[mx.array, mx.array], mx.array]:
    """Return `silu(gate) * up`."""
    try:
        from kernels import swiglu
    except ImportError:
        return lambda gate, up: silu(gate) * up
    return swiglu
