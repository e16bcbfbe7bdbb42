"""Week 1: from matmul to text. Data only; see `grader.course.model` for what the parts mean.

Adding a check touches this file, an oracle of ten lines and a mutant.
"""

from __future__ import annotations

from grader.course import inputs
from grader.course.model import KeepsDtype, Matches, Scenario, Task, Unchanged, Week, grid
from grader.result import Tier

HALF = ("float16", "bfloat16")
ALL = ("float32", *HALF)
EDGE, STYLE = Tier.EDGE, Tier.STYLE

SCALES = ("scale-inverted", "scale-zero-lost", "scale-multiplied-with-default", "scale-ignored", "scale-missing")
MASKS = ("mask-ignored", "mask-causal-ignored", "mask-subtracted", "mask-before-scale", "causal-top-left")
SOFTMAX = ("softmax-last-axis", "softmax-all-elements", "softmax-no-max", "softmax-not-normalised")
HEADS = ("kv-heads-tiled", "kv-head-zero")
SDPA = (*SCALES, *MASKS, "softmax-over-queries", "softmax-missing")
ROPE = (
    "rope-adjacent",
    "rope-halves",
    "rope-base-ignored",
    "rope-exponent",
    "rope-backwards",
    "rope-over-heads",
    "rope-offset-ignored",
    "rope-offset-one-more",
    "rope-offset-one-less",
    "rope-first-offset-only",
)
QWEN = (
    "theta-ignored",
    "theta-default",
    "rope-traditional",
    "rope-missing",
    "rope-on-values",
    "rope-heads-axis",
    "bias-missing",
    "mask-dropped",
    "scores-not-scaled",
    "kv-tiled",
)
BLOCK = (
    "residual-after-norm",
    "attention-residual-after-norm",
    "mlp-residual-after-norm",
    "mlp-residual-from-x",
    "no-attention-residual",
    "no-mlp-residual",
    "no-residual",
    "post-norm",
    "no-input-norm",
    "no-post-norm",
    "norms-swapped",
    "one-norm",
    "eps",
)
MLP = ("swapped", "no-silu", "silu-product", "no-gate", "no-up", "sum", "gelu", "relu")
NORM = ("eps-outside", "no-eps", "default-eps", "no-weight", "weight-plus-one", "layernorm", "sum", "half-squares")
SILU = ("sigmoid-only", "negated", "gelu", "gelu-tanh", "relu", "cancellation")


def prefixed(prefix: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names with a prefix."""
    return tuple(f"{prefix}-{name}" for name in names)


_softmax = {"target": "basics.softmax", "inputs": inputs.softmax, "oracle": "basics.softmax", "tolerance": "softmax"}
_simple = {
    "target": "attention.scaled_dot_product_attention_simple",
    "inputs": inputs.attention_simple,
    "oracle": "attention.scaled_dot_product_attention_simple",
    "tolerance": "attention",
    "mistakes": SDPA,
    "axis_names": ("head", "row", "column"),
}

T111 = Task(
    "1.1.1",
    "Softmax and attention",
    1,
    "attention.scaled_dot_product_attention_simple",
    blanks=("basics.softmax", "attention.scaled_dot_product_attention_simple"),
    checks=(
        Matches(
            "softmax-values",
            "softmax equals PyTorch's over any axis",
            points=2,
            public=grid(shape=[(5,)], axis=[-1], dtype=["float32"])
            + grid(shape=[(2, 7)], axis=[0, -1], dtype=ALL),
            hidden=grid(shape=[(3, 4, 6)], axis=[0, 1, -1], dtype=ALL, values=["normal", "small"]),
            mistakes=SOFTMAX,
            **_softmax,
        ),
        Matches(
            "attention-values",
            "attention equals PyTorch's, with and without leading axes, for L = S and L != S",
            points=2,
            public=grid(lead=[(), (2,), (2, 3)], L=[4], S=[4, 6], D=[8], dtype=["float32"]),
            hidden=grid(lead=[(), (3,), (2, 2)], L=[5], S=[5, 9], D=[16], dtype=ALL),
            **_simple,
        ),
        Matches(
            "attention-scale",
            "a scale that is passed in is used, as a Python float too",
            points=1,
            public=grid(lead=[(2,)], L=[3], S=[3], D=[8], dtype=["float32"], scale=[0.5, 2.0]),
            hidden=grid(lead=[(), (2, 2)], L=[4], S=[7], D=[8], dtype=ALL, scale=[0.11, 1.7]),
            **_simple,
        ),
        Matches(
            "attention-mask",
            "a mask is added to the scores",
            points=1,
            public=grid(lead=[(2, 2)], L=[4], S=[4], D=[8], dtype=["float32"], mask=["causal", "random"]),
            hidden=grid(lead=[(), (2,), (1, 3)], L=[4], S=[6], D=[8], dtype=ALL, mask=["holes", "random"]),
            **_simple,
        ),
        Matches(
            "softmax-large",
            "softmax survives numbers near 1e4",
            tier=EDGE,
            points=0.5,
            public=grid(shape=[(2, 6)], axis=[-1], dtype=ALL, values=["large"]),
            hidden=grid(shape=[(2, 3, 5)], axis=[1, -1], dtype=ALL, values=["large", "wide"]),
            mistakes=SOFTMAX,
            **_softmax,
        ),
        Matches(
            "attention-scale-zero",
            "scale = 0 gives the mean of the values",
            tier=EDGE,
            points=0.5,
            public=grid(lead=[(2,)], L=[3], S=[5], D=[4], dtype=["float32"], scale=[0.0]),
            hidden=grid(lead=[()], L=[3], S=[6], D=[8], dtype=ALL, scale=[0.0]),
            **_simple,
        ),
        Matches(
            "attention-mask-broadcast",
            "a mask [L, S] is broadcast over the leading axes",
            tier=EDGE,
            points=0.5,
            public=grid(lead=[(2, 3)], L=[4], S=[4], D=[8], dtype=["float32"], mask=["causal"], mask_shape=["broadcast", "ones"]),
            hidden=grid(lead=[(2, 2)], L=[3], S=[5], D=[8], dtype=ALL, mask=["random"], mask_shape=["broadcast", "ones"]),
            **_simple,
        ),
        Unchanged(
            "inputs-unchanged",
            "the caller's arrays are left as they were",
            tier=EDGE,
            points=0.5,
            target="attention.scaled_dot_product_attention_simple",
            inputs=inputs.attention_simple,
            public=grid(lead=[(2,)], L=[3], S=[3], D=[8], dtype=["float32"], mask=["random"]),
        ),
        KeepsDtype(
            "dtype",
            "the result has the dtype of the input",
            tier=STYLE,
            target="attention.scaled_dot_product_attention_simple",
            inputs=inputs.attention_simple,
            public=grid(lead=[(2,)], L=[3], S=[3], D=[8], dtype=HALF),
        ),
    ),
)

_linear = {
    "target": "basics.linear",
    "inputs": inputs.linear,
    "oracle": "basics.linear",
    "tolerance": "linear",
    "mistakes": ("linear-no-bias", "linear-not-transposed"),
}
_multi_head = {
    "target": "attention.SimpleMultiHeadAttention",
    "inputs": inputs.multi_head,
    "oracle": "attention.multi_head",
    "tolerance": "multi-head",
    "mistakes": (
        "heads-not-transposed",
        "heads-split-not-transposed",
        "heads-not-merged",
        "heads-no-output-projection",
        "heads-mask-ignored",
        "heads-scale-hidden-size",
        "heads-scale-missing",
        "heads-single",
        "heads-query-everywhere",
    ),
    "axis_names": ("batch", "row", "column"),
}

T112 = Task(
    "1.1.2",
    "Linear layer and multi-head attention",
    1,
    "attention.SimpleMultiHeadAttention",
    needs=("1.1.1",),
    blanks=("basics.linear", "attention.SimpleMultiHeadAttention"),
    checks=(
        Matches(
            "linear-values",
            "linear is x @ w.T + bias, with and without bias",
            points=2,
            public=grid(lead=[(3,)], inner=[8], outer=[8, 5], bias=[False, True], dtype=["float32"]),
            hidden=grid(lead=[(4,), (2, 3)], inner=[32], outer=[32, 12], bias=[False, True], dtype=ALL),
            **_linear,
        ),
        Matches(
            "multi-head-values",
            "multi-head attention equals PyTorch's, with different query, key and value",
            points=3,
            public=grid(B=[1, 2], H=[2], L=[4], E=[16], dtype=["float32"]),
            hidden=grid(B=[2], H=[1, 4], L=[6], E=[32], dtype=ALL),
            **_multi_head,
        ),
        Matches(
            "multi-head-mask",
            "the mask reaches the attention inside",
            points=1,
            public=grid(B=[1], H=[2], L=[4], E=[16], dtype=["float32"], mask=["causal"]),
            hidden=grid(B=[2], H=[4], L=[5], E=[32], dtype=ALL, mask=["random", "causal"]),
            **_multi_head,
        ),
        Matches(
            "linear-no-leading-axis",
            "linear works for a single vector",
            tier=EDGE,
            points=0.5,
            public=grid(lead=[()], inner=[8], outer=[5], bias=[False, True], dtype=["float32"]),
            hidden=grid(lead=[()], inner=[16], outer=[16], bias=[True], dtype=ALL),
            **_linear,
        ),
        Matches(
            "multi-head-mask-broadcast",
            "a mask [L, S] is broadcast over batch and heads",
            tier=EDGE,
            points=0.5,
            public=grid(B=[2], H=[2], L=[4], E=[16], dtype=["float32"], mask=["causal"], mask_shape=["broadcast"]),
            hidden=grid(B=[2], H=[4], L=[5], E=[32], dtype=ALL, mask=["causal"], mask_shape=["broadcast", "ones"]),
            **_multi_head,
        ),
        Unchanged(
            "inputs-unchanged",
            "the caller's arrays are left as they were",
            tier=EDGE,
            points=0.5,
            target="attention.SimpleMultiHeadAttention",
            inputs=inputs.multi_head,
            public=grid(B=[1], H=[2], L=[3], E=[16], dtype=["float32"], mask=["random"]),
        ),
    ),
)

_rope = {
    "target": "positional_encoding.RoPE",
    "inputs": inputs.rope,
    "oracle": "positional.rope",
    "tolerance": "rope",
    "mistakes": ROPE,
    "axis_names": ("batch", "position", "head", "column"),
}

T121 = Task(
    "1.2.1",
    "RoPE",
    2,
    "positional_encoding.RoPE",
    blanks=("positional_encoding.RoPE",),
    checks=(
        Matches(
            "rope-halves",
            "traditional=False rotates element i with element i + D / 2",
            points=3,
            public=grid(B=[1, 2], L=[6], H=[2], D=[8], traditional=[False], dtype=["float32"]),
            hidden=grid(B=[2], L=[11], H=[3], D=[16, 64], traditional=[False], dtype=ALL),
            **_rope,
        ),
        Matches(
            "rope-traditional",
            "traditional=True rotates adjacent pairs",
            points=3,
            public=grid(B=[1, 2], L=[6], H=[2], D=[8], traditional=[True], dtype=["float32"]),
            hidden=grid(B=[2], L=[9], H=[3], D=[16, 64], traditional=[True], dtype=ALL),
            **_rope,
        ),
        Matches(
            "rope-base",
            "another base than 10000 is used",
            points=2,
            public=grid(B=[1], L=[6], H=[2], D=[8], traditional=[False, True], base=[1000000], dtype=["float32"]),
            hidden=grid(B=[2], L=[8], H=[2], D=[32], traditional=[False, True], base=[500, 1000000], dtype=ALL),
            **_rope,
        ),
        Matches(
            "rope-default",
            "the defaults are base 10000 and halves",
            tier=EDGE,
            points=0.5,
            public=grid(B=[1], L=[5], H=[1], D=[8], dtype=["float32"]),
            hidden=grid(B=[1], L=[7], H=[2], D=[16], dtype=ALL),
            **_rope,
        ),
        Unchanged(
            "inputs-unchanged",
            "the caller's array is left as it was",
            tier=EDGE,
            points=0.5,
            target="positional_encoding.RoPE",
            inputs=inputs.rope,
            public=grid(B=[1], L=[5], H=[1], D=[8], traditional=[False, True], dtype=["float32"]),
        ),
        KeepsDtype(
            "dtype",
            "the result has the dtype of the input",
            tier=STYLE,
            target="positional_encoding.RoPE",
            inputs=inputs.rope,
            public=grid(B=[1], L=[5], H=[1], D=[8], dtype=HALF),
        ),
    ),
)

T122 = Task(
    "1.2.2",
    "RoPE with an offset",
    2,
    "positional_encoding.RoPE",
    needs=("1.2.1",),
    checks=(
        Matches(
            "rope-offset",
            "offset = slice(s, s + L) rotates by the positions s to s + L - 1",
            points=4,
            public=grid(B=[1], L=[4], H=[2], D=[8], traditional=[False, True], start=[0, 7], seq_len=[32], dtype=["float32"]),
            hidden=grid(B=[2], L=[5], H=[2], D=[16], traditional=[False, True], start=[3, 100], seq_len=[128], dtype=ALL),
            **_rope,
        ),
        Matches(
            "rope-offset-list-of-one",
            "a list with one slice works for a batch of one",
            points=2,
            public=grid(B=[1], L=[4], H=[2], D=[8], traditional=[False], start=[(5,)], seq_len=[32], dtype=["float32"]),
            hidden=grid(B=[1], L=[3], H=[2], D=[16], traditional=[False, True], start=[(9,)], seq_len=[64], dtype=ALL),
            **_rope,
        ),
        Matches(
            "rope-offset-rows",
            "a list of slices gives every batch row its own positions",
            tier=EDGE,
            points=0.5,
            public=grid(B=[2], L=[4], H=[2], D=[8], traditional=[False, True], start=[(0, 6)], seq_len=[32], dtype=["float32"]),
            hidden=grid(B=[3], L=[3], H=[2], D=[16], traditional=[False, True], start=[(4, 0, 21)], seq_len=[64], dtype=ALL),
            **_rope,
        ),
        Matches(
            "rope-long",
            "positions near the end of a long sequence are right",
            tier=EDGE,
            points=0.5,
            public=grid(B=[1], L=[2], H=[1], D=[16], traditional=[False], start=[4000], seq_len=[4096], dtype=["float32"]),
            hidden=grid(B=[1], L=[3], H=[2], D=[64], traditional=[False], start=[8100], seq_len=[8192], dtype=ALL),
            **_rope,
        ),
    ),
)

_grouped = {
    "target": "attention.scaled_dot_product_attention_grouped",
    "inputs": inputs.attention_grouped,
    "oracle": "attention.scaled_dot_product_attention_grouped",
    "tolerance": "attention",
    "mistakes": (*HEADS, *SDPA),
    "axis_names": ("batch", "head", "row", "column"),
}

T131 = Task(
    "1.3.1",
    "Grouped query attention",
    3,
    "attention.scaled_dot_product_attention_grouped",
    needs=("1.1.1",),
    blanks=("attention.scaled_dot_product_attention_grouped",),
    checks=(
        Matches(
            "grouped-values",
            "query head h reads KV head h // (H_q // H)",
            points=4,
            public=grid(lead=[(1,), (2,)], H_q=[4], H=[1, 2, 4], L=[3], S=[3], D=[8], dtype=["float32"]),
            hidden=grid(lead=[(2,)], H_q=[6], H=[2, 3], L=[4], S=[7], D=[16], dtype=ALL),
            **_grouped,
        ),
        Matches(
            "grouped-scale",
            "a scale that is passed in is used",
            points=1,
            public=grid(lead=[(1,)], H_q=[4], H=[2], L=[3], S=[3], D=[8], dtype=["float32"], scale=[0.4, 2.0]),
            hidden=grid(lead=[(2,)], H_q=[4], H=[2], L=[3], S=[5], D=[16], dtype=ALL, scale=[0.07, 1.3]),
            **_grouped,
        ),
        Matches(
            "grouped-mask",
            "a mask [..., H_q, L, S] is regrouped with the heads and added",
            points=2,
            public=grid(lead=[(1,)], H_q=[4], H=[2], L=[3], S=[3], D=[8], dtype=["float32"], mask=["random", "causal"]),
            hidden=grid(lead=[(2,)], H_q=[6], H=[2], L=[4], S=[5], D=[16], dtype=ALL, mask=["random", "holes"]),
            **_grouped,
        ),
        Matches(
            "grouped-causal",
            'mask="causal" hides the future, aligned at the bottom right',
            points=1,
            public=grid(lead=[(1,)], H_q=[4], H=[2], L=[4], S=[4, 6], D=[8], dtype=["float32"], mask=["word"]),
            hidden=grid(lead=[(2,)], H_q=[4], H=[2], L=[1, 5], S=[9], D=[16], dtype=ALL, mask=["word"]),
            **_grouped,
        ),
        Matches(
            "grouped-leading-axes",
            "no batch axis and two batch axes work",
            tier=EDGE,
            points=0.5,
            public=grid(lead=[(), (2, 2)], H_q=[4], H=[2], L=[3], S=[4], D=[8], dtype=["float32"]),
            hidden=grid(lead=[(), (2, 3)], H_q=[4], H=[2], L=[3], S=[4], D=[8], dtype=ALL, mask=[None, "word"]),
            **_grouped,
        ),
        Matches(
            "grouped-mask-broadcast",
            "a mask [L, S] or [1, 1, L, S] is broadcast over batch and heads",
            tier=EDGE,
            points=0.5,
            public=grid(lead=[(2,)], H_q=[4], H=[2], L=[3], S=[4], D=[8], dtype=["float32"], mask=["random"], mask_shape=["broadcast", "ones"]),
            hidden=grid(lead=[(2,)], H_q=[6], H=[3], L=[3], S=[5], D=[8], dtype=ALL, mask=["holes"], mask_shape=["broadcast", "ones"]),
            **_grouped,
        ),
        Matches(
            "grouped-scale-zero",
            "scale = 0 gives the mean of the values",
            tier=EDGE,
            points=0.5,
            public=grid(lead=[(1,)], H_q=[4], H=[2], L=[3], S=[4], D=[8], dtype=["float32"], scale=[0.0]),
            hidden=grid(lead=[(1,)], H_q=[4], H=[2], L=[2], S=[5], D=[8], dtype=ALL, scale=[0.0]),
            **_grouped,
        ),
        Unchanged(
            "inputs-unchanged",
            "the caller's arrays are left as they were",
            tier=EDGE,
            points=0.5,
            target="attention.scaled_dot_product_attention_grouped",
            inputs=inputs.attention_grouped,
            public=grid(lead=[(1,)], H_q=[4], H=[2], L=[3], S=[3], D=[8], dtype=["float32"], mask=["random"]),
        ),
        KeepsDtype(
            "dtype",
            "the result has the dtype of the input",
            tier=STYLE,
            target="attention.scaled_dot_product_attention_grouped",
            inputs=inputs.attention_grouped,
            public=grid(lead=[(1,)], H_q=[4], H=[2], L=[3], S=[3], D=[8], dtype=HALF),
        ),
    ),
)

_mask = {
    "target": "attention.causal_mask",
    "inputs": inputs.causal_mask,
    "oracle": "attention.causal_mask",
    "tolerance": "exact",
    "mistakes": ("mask-top-left", "mask-strict", "mask-one-ahead", "mask-inverted", "mask-zero-one", "mask-finite"),
    "axis_names": ("row", "key"),
}

T132 = Task(
    "1.3.2",
    "Causal mask",
    3,
    "attention.causal_mask",
    blanks=("attention.causal_mask",),
    checks=(
        Matches(
            "mask-square",
            "for L = S row i sees the keys 0 to i: 0 there, -inf elsewhere",
            points=2,
            public=tuple({"L": n, "S": n, "dtype": "float32"} for n in (1, 4)),
            hidden=tuple({"L": n, "S": n, "dtype": d} for n in (3, 9) for d in ALL),
            **_mask,
        ),
        Matches(
            "mask-bottom-right",
            "for L < S row i sees the keys 0 to S - L + i",
            points=2,
            public=grid(L=[1, 3], S=[5], dtype=["float32"]),
            hidden=grid(L=[1, 2, 4], S=[7], dtype=ALL),
            **_mask,
        ),
        KeepsDtype(
            "dtype",
            "the mask has the dtype that is asked for",
            tier=STYLE,
            target="attention.causal_mask",
            inputs=inputs.causal_mask,
            public=grid(L=[3], S=[4], dtype=ALL),
        ),
    ),
)

_attention = {
    "target": "qwen2_week1.Qwen2MultiHeadAttention",
    "inputs": inputs.qwen2_attention,
    "oracle": "qwen2.attention",
    "tolerance": "qwen-attention",
    "mistakes": prefixed("qwen", QWEN),
    "axis_names": ("batch", "position", "column"),
}

T133 = Task(
    "1.3.3",
    "Qwen2 attention",
    3,
    "qwen2_week1.Qwen2MultiHeadAttention",
    needs=("1.1.2", "1.2.1", "1.3.1"),
    blanks=("qwen2_week1.Qwen2MultiHeadAttention",),
    checks=(
        Matches(
            "attention-values",
            "projections with bias, RoPE on halves, grouped heads, output projection",
            points=4,
            public=grid(B=[1], L=[3], E=[32], H_q=[4], H=[2], dtype=["float32"], mask=[None, "word"])
            + grid(B=[1], L=[3], E=[32], H_q=[4], H=[2], dtype=["float16"], mask=["word"]),
            hidden=grid(B=[2], L=[7], E=[64], H_q=[4], H=[1, 2, 4], dtype=ALL, mask=["word"]),
            **_attention,
        ),
        Matches(
            "attention-mask",
            "an additive mask reaches the attention inside",
            points=2,
            public=grid(B=[1], L=[4], E=[32], H_q=[4], H=[2], dtype=["float32"], mask=["causal"]),
            hidden=grid(B=[2], L=[5], E=[64], H_q=[4], H=[2], dtype=ALL, mask=["random", "holes"]),
            **_attention,
        ),
        Matches(
            "attention-theta",
            "theta is passed on to RoPE",
            points=2,
            public=grid(B=[1], L=[6], E=[32], H_q=[4], H=[2], dtype=["float32"], mask=["word"], theta=[10000]),
            hidden=grid(B=[1], L=[9], E=[64], H_q=[4], H=[2], dtype=ALL, mask=["word"], theta=[100, 5000]),
            **_attention,
        ),
        Matches(
            "attention-overflow",
            "scores beyond float16's 65504 do not become NaN: attention runs in float32",
            points=2,
            deadline_s=5,
            public=grid(B=[1], L=[3], E=[64], H_q=[4], H=[2], dtype=["float16"], mask=["word"], weight=[110.0]),
            hidden=grid(B=[1], L=[3], E=[64], H_q=[4], H=[2], dtype=["float16"], mask=["word"], weight=[130.0]),
            **_attention,
        ),
        Matches(
            "attention-small",
            "activations near 1e-3 keep their precision",
            tier=EDGE,
            points=0.5,
            public=grid(B=[1], L=[4], E=[32], H_q=[4], H=[2], dtype=ALL, mask=["word"], values=["small"], bias=[0.001]),
            hidden=grid(B=[2], L=[5], E=[64], H_q=[4], H=[2], dtype=ALL, mask=["word"], values=["small"], bias=[0.001]),
            **_attention,
        ),
        Unchanged(
            "inputs-unchanged",
            "the caller's array is left as it was",
            tier=EDGE,
            points=0.5,
            target="qwen2_week1.Qwen2MultiHeadAttention",
            inputs=inputs.qwen2_attention,
            public=grid(B=[1], L=[3], E=[32], H_q=[4], H=[2], dtype=["float32"], mask=["word"]),
        ),
        KeepsDtype(
            "dtype",
            "the result has the dtype of the input",
            tier=STYLE,
            target="qwen2_week1.Qwen2MultiHeadAttention",
            inputs=inputs.qwen2_attention,
            public=grid(B=[1], L=[3], E=[32], H_q=[4], H=[2], dtype=HALF, mask=["word"]),
        ),
    ),
)

_norm = {
    "target": "layer_norm.RMSNorm",
    "inputs": inputs.rms_norm,
    "oracle": "basics.rms_norm",
    "tolerance": "rms-norm",
    "mistakes": prefixed("rmsnorm", NORM),
    "axis_names": ("row", "column"),
}

T141 = Task(
    "1.4.1",
    "RMSNorm",
    4,
    "layer_norm.RMSNorm",
    blanks=("layer_norm.RMSNorm",),
    checks=(
        Matches(
            "norm-values",
            "RMSNorm equals PyTorch's, whatever the leading axes",
            points=2,
            public=grid(lead=[(2,), (2, 3)], dim=[16], eps=[1e-5], dtype=["float32"])
            + grid(lead=[(2,)], dim=[16], eps=[1e-5], dtype=HALF),
            hidden=grid(lead=[(3,), (2, 2)], dim=[64, 96], eps=[1e-5, 1e-6], dtype=ALL),
            **_norm,
        ),
        Matches(
            "norm-eps",
            "eps stands inside the root: visible for inputs near 1e-3",
            points=2,
            public=grid(lead=[(2,)], dim=[16], eps=[1e-5], dtype=["float32"], values=["small"]),
            hidden=grid(lead=[(3,)], dim=[64], eps=[1e-5, 1e-6], dtype=ALL, values=["small"]),
            **_norm,
        ),
        Matches(
            "norm-float32-inside",
            "squares are averaged in float32: inputs near 1e4 do not overflow in float16",
            points=2,
            public=grid(lead=[(2,)], dim=[32], eps=[1e-5], dtype=["float16"], values=["large", "small"]),
            hidden=grid(lead=[(2,)], dim=[512], eps=[1e-6], dtype=HALF, values=["large", "small", "ten"]),
            **_norm,
        ),
        Matches(
            "norm-default-eps",
            "the default of eps is 1e-5",
            tier=EDGE,
            points=0.5,
            public=grid(lead=[(2,)], dim=[16], dtype=["float32"], values=["small"]),
            hidden=grid(lead=[(2,)], dim=[32], dtype=["float32"], values=["small"]),
            **_norm,
        ),
        Matches(
            "norm-no-leading-axis",
            "a single vector works",
            tier=EDGE,
            points=0.5,
            public=grid(lead=[()], dim=[16], eps=[1e-5], dtype=["float32"]),
            hidden=grid(lead=[()], dim=[64], eps=[1e-6], dtype=ALL),
            **_norm,
        ),
        Unchanged(
            "inputs-unchanged",
            "the caller's array is left as it was",
            tier=EDGE,
            points=0.5,
            target="layer_norm.RMSNorm",
            inputs=inputs.rms_norm,
            public=grid(lead=[(2,)], dim=[16], dtype=["float32"]),
        ),
        KeepsDtype(
            "dtype",
            "the result has the dtype of the input",
            tier=STYLE,
            target="layer_norm.RMSNorm",
            inputs=inputs.rms_norm,
            public=grid(lead=[(2,)], dim=[16], dtype=HALF),
        ),
    ),
)

_silu = {
    "target": "basics.silu",
    "inputs": inputs.silu,
    "oracle": "basics.silu",
    "tolerance": "silu",
    "mistakes": prefixed("silu", SILU),
}
_mlp = {
    "target": "qwen2_week1.Qwen2MLP",
    "inputs": inputs.mlp,
    "oracle": "qwen2.mlp",
    "tolerance": "mlp",
    "mistakes": prefixed("mlp", MLP),
    "axis_names": ("batch", "position", "column"),
}

T142 = Task(
    "1.4.2",
    "SiLU and the gated MLP",
    4,
    "qwen2_week1.Qwen2MLP",
    needs=("1.1.2",),
    blanks=("basics.silu", "qwen2_week1.Qwen2MLP"),
    checks=(
        Matches(
            "silu-values",
            "silu(x) = x * sigmoid(x)",
            points=2,
            public=grid(shape=[(3, 5)], low=[-4.0], high=[4.0], dtype=ALL),
            hidden=grid(shape=[(64,), (2, 3, 8)], low=[-3.0], high=[10.0], dtype=ALL),
            **_silu,
        ),
        Matches(
            "silu-negative",
            "silu of negative numbers keeps its digits in half precision",
            points=1,
            public=grid(shape=[(2, 16)], low=[-9.0], high=[-4.0], dtype=HALF),
            hidden=grid(shape=[(64,)], low=[-10.0], high=[-3.0], dtype=ALL),
            **_silu,
        ),
        Matches(
            "mlp-values",
            "the MLP is down(silu(gate(x)) * up(x))",
            points=3,
            public=grid(B=[1, 2], L=[3], E=[16], I=[24], dtype=["float32"]),
            hidden=grid(B=[2], L=[5], E=[32], I=[64, 48], dtype=ALL),
            **_mlp,
        ),
        Matches(
            "silu-wide",
            "silu survives numbers of large magnitude of either sign",
            tier=EDGE,
            points=0.5,
            public=grid(shape=[(16,)], low=[-60.0], high=[60.0], dtype=["float32"]),
            hidden=grid(shape=[(64,)], low=[-80.0, -1e4], high=[1e4], dtype=("float32", "bfloat16")),
            **_silu,
        ),
        Unchanged(
            "inputs-unchanged",
            "the caller's array is left as it was",
            tier=EDGE,
            points=0.5,
            target="qwen2_week1.Qwen2MLP",
            inputs=inputs.mlp,
            public=grid(B=[1], L=[3], E=[16], I=[24], dtype=["float32"]),
        ),
        KeepsDtype(
            "dtype",
            "the result has the dtype of the input",
            tier=STYLE,
            target="qwen2_week1.Qwen2MLP",
            inputs=inputs.mlp,
            public=grid(B=[1], L=[3], E=[16], I=[24], dtype=HALF),
        ),
    ),
)

_block = {
    "target": "qwen2_week1.Qwen2TransformerBlock",
    "inputs": inputs.qwen2_block,
    "oracle": "qwen2.block",
    "tolerance": "block",
    "mistakes": (*prefixed("block", BLOCK), *prefixed("block", QWEN)),
    "axis_names": ("batch", "position", "column"),
}
_size = {"E": [32], "I": [48], "H_q": [4], "H": [2]}
_hidden_size = {"E": [64], "I": [96], "H_q": [4], "H": [2]}

T151 = Task(
    "1.5.1",
    "Transformer block",
    5,
    "qwen2_week1.Qwen2TransformerBlock",
    needs=("1.3.3", "1.4.1", "1.4.2"),
    blanks=("qwen2_week1.Qwen2TransformerBlock",),
    checks=(
        Matches(
            "block-values",
            "pre-norm: each residual is taken before the norm",
            points=5,
            public=grid(B=[1, 2], L=[3], **_size, dtype=["float32"], mask=["word"])
            + grid(B=[1], L=[3], **_size, dtype=["float16"], mask=["word"]),
            hidden=grid(B=[2], L=[5, 8], **_hidden_size, dtype=ALL, mask=["word"]),
            **_block,
        ),
        Matches(
            "block-settings",
            "rms_norm_eps and theta are passed on",
            points=2,
            public=grid(B=[1], L=[5], **_size, dtype=["float32"], mask=["word"], theta=[5000], eps=[0.1]),
            hidden=grid(B=[1], L=[7], **_hidden_size, dtype=ALL, mask=["word"], theta=[100], eps=[0.05]),
            **_block,
        ),
        Matches(
            "block-mask",
            "an additive mask is passed on",
            points=1,
            public=grid(B=[1], L=[4], **_size, dtype=["float32"], mask=["causal"]),
            hidden=grid(B=[2], L=[5], **_hidden_size, dtype=ALL, mask=["random"]),
            **_block,
        ),
        Unchanged(
            "inputs-unchanged",
            "the caller's array is left as it was: no `x += ...` on the argument",
            tier=EDGE,
            points=0.5,
            target="qwen2_week1.Qwen2TransformerBlock",
            inputs=inputs.qwen2_block,
            public=grid(B=[1], L=[3], **_size, dtype=["float32"], mask=["word"]),
        ),
        KeepsDtype(
            "dtype",
            "the result has the dtype of the input",
            tier=STYLE,
            target="qwen2_week1.Qwen2TransformerBlock",
            inputs=inputs.qwen2_block,
            public=grid(B=[1], L=[3], **_size, dtype=HALF, mask=["word"]),
        ),
    ),
)

_embedding = {"target": "embedding.Embedding", "axis_names": ("row", "column")}

T152 = Task(
    "1.5.2",
    "Embedding",
    5,
    "embedding.Embedding",
    needs=("1.1.2",),
    blanks=("embedding.Embedding",),
    checks=(
        Matches(
            "embedding-rows",
            "ids pick the rows of the weight, exactly",
            points=2,
            public=grid(V=[12], E=[8], shape=[(5,), (2, 3)], dtype=["float32"]),
            hidden=grid(V=[100], E=[16], shape=[(7,), (2, 5)], dtype=ALL),
            inputs=inputs.embedding,
            oracle="basics.embedding",
            tolerance="exact",
            **_embedding,
        ),
        Matches(
            "embedding-as-linear",
            "as_linear multiplies with the transposed weight",
            points=2,
            public=grid(V=[8, 12], E=[8], lead=[(3,), (1, 2)], dtype=["float32"]),
            hidden=grid(V=[16, 60], E=[16], lead=[(2, 3)], dtype=ALL),
            inputs=inputs.embedding_as_linear,
            oracle="basics.embedding_as_linear",
            tolerance="linear",
            mistakes=("embedding-as-linear-not-transposed",),
            **_embedding,
        ),
    ),
)

_model = {
    "target": "qwen2_week1.Qwen2ModelWeek1",
    "inputs": inputs.model_logits,
    "oracle": "qwen2.model",
    "tolerance": "model",
    "axis_names": ("batch", "position", "token"),
    "deadline_s": 20.0,
    "mistakes": (
        *prefixed("model", ("head-tied", "final-norm-missing", "not-causal", "last-layer-missing")),
        *prefixed("model", ("layers-reversed", "first-layer-only")),
        *prefixed("model", QWEN),
        *prefixed("model-block", BLOCK),
    ),
}

T153 = Task(
    "1.5.3",
    "The model",
    5,
    "qwen2_week1.Qwen2ModelWeek1",
    needs=("1.5.1", "1.5.2"),
    blanks=("quantize.dequantize_linear", "qwen2_week1.Qwen2ModelWeek1"),
    checks=(
        Matches(
            "dequantize-values",
            "dequantize_linear gives scale * q + bias per group",
            points=2,
            target="quantize.dequantize_linear",
            inputs=inputs.dequantize,
            oracle="basics.dequantize_linear",
            tolerance="dequantize",
            mistakes=("dequantize-no-bias", "dequantize-high-nibble-first", "dequantize-zero-point"),
            axis_names=("row", "column"),
            public=grid(outer=[4], inner=[64, 128], group=[64], dtype=["float16"]),
            hidden=grid(outer=[6], inner=[192], group=[64], dtype=ALL),
        ),
        Matches(
            "model-tied",
            "logits equal transformers' Qwen2 with the embedding as output head",
            points=4,
            public=grid(checkpoint=["qwen2-tiny-4bit"], V=[700], B=[1], L=[6], dtype=["float32", "float16"]),
            hidden=grid(checkpoint=["random-tied"], V=[256], B=[1, 2], L=[9], dtype=["float32", "float16"])
            + grid(checkpoint=["random-deep"], V=[256], B=[1], L=[7], dtype=["float32"]),
            **_model,
        ),
        Matches(
            "model-untied",
            "a checkpoint with its own lm_head uses it",
            points=2,
            public=grid(checkpoint=["qwen2-untied-random"], V=[256], B=[1], L=[5], dtype=["float32"]),
            hidden=grid(checkpoint=["random-untied"], V=[256], B=[2], L=[8], dtype=["float32", "float16"]),
            **_model,
        ),
        Matches(
            "model-config",
            "rope_theta and rms_norm_eps come from the checkpoint",
            points=2,
            public=grid(checkpoint=["random-theta"], V=[256], B=[1], L=[6], dtype=["float32"]),
            hidden=grid(checkpoint=["random-theta"], V=[256], B=[1], L=[12], dtype=["float32", "float16"]),
            **_model,
        ),
        Matches(
            "model-bfloat16",
            "the model runs in bfloat16",
            tier=EDGE,
            points=0.5,
            public=grid(checkpoint=["qwen2-tiny-4bit"], V=[700], B=[1], L=[5], dtype=["bfloat16"]),
            hidden=grid(checkpoint=["random-untied"], V=[256], B=[1], L=[7], dtype=["bfloat16"]),
            **_model,
        ),
        Matches(
            "dequantize-groups",
            "groups of 32 and 128 work too",
            tier=EDGE,
            points=0.5,
            target="quantize.dequantize_linear",
            inputs=inputs.dequantize,
            oracle="basics.dequantize_linear",
            tolerance="dequantize",
            public=grid(outer=[4], inner=[128], group=[32, 128], dtype=["float32"]),
            hidden=grid(outer=[3], inner=[256], group=[32, 128], dtype=ALL),
        ),
    ),
)

T16 = Task(
    "1.6",
    "Generate",
    6,
    "generate.simple_generate",
    needs=(),
    blanks=("generate.simple_generate",),
    checks=(
        Scenario(
            "feeds-whole-sequence",
            "every step feeds the prompt and all tokens so far, and takes the most likely next token",
            points=4,
            function="generation.feeds_whole_sequence",
        ),
        Scenario(
            "stops-at-eos",
            "generation ends when the model answers EOS, at the first token too",
            points=3,
            function="generation.stops_at_eos",
        ),
        Scenario(
            "uses-sampler",
            "with a sampler the next token is the sampler's",
            points=3,
            function="generation.uses_sampler",
        ),
        Scenario(
            "sampler-gets-logprobs",
            "the sampler is given log-probabilities, not logits",
            tier=EDGE,
            points=0.5,
            function="generation.sampler_gets_logprobs",
        ),
        Scenario(
            "half-precision",
            "logits in float16 and bfloat16 work",
            tier=EDGE,
            points=0.5,
            function="generation.half_precision_logits",
        ),
        Scenario(
            "prints-text",
            "the text is printed as it is generated",
            tier=STYLE,
            function="generation.prints_text",
        ),
    ),
)

T17 = Task(
    "1.7",
    "Sampler",
    7,
    "sampler.make_sampler",
    blanks=("sampler.make_sampler",),
    checks=(
        Scenario("greedy", "temp=0 takes the most likely token", points=2, function="sampling.greedy"),
        Scenario(
            "temperature",
            "tokens are drawn from softmax(logprobs / temp)",
            points=2,
            deadline_s=5,
            function="sampling.temperature",
        ),
        Scenario("top-k", "top_k draws from the k most likely tokens", points=2, function="sampling.cuts_top_k"),
        Scenario("top-p", "top_p draws from the nucleus", points=2, function="sampling.cuts_top_p"),
        Scenario(
            "top-p-keeps-one",
            "a tiny top_p leaves the most likely token",
            tier=EDGE,
            points=0.5,
            function="sampling.keeps_one",
        ),
        Scenario(
            "both-cuts",
            "with both, top_p sums what top_k left, normalised again",
            tier=EDGE,
            points=0.5,
            function="sampling.both_cuts",
        ),
        Scenario("rows", "every row of a batch is sampled on its own", tier=EDGE, points=0.5, function="sampling.rows"),
        Scenario(
            "inputs-unchanged",
            "the caller's log-probabilities are left as they were",
            tier=EDGE,
            points=0.5,
            function="sampling.leaves_input",
        ),
    ),
)

WEEK = Week(
    1,
    "From matmul to text",
    {
        1: "Attention",
        2: "Positions",
        3: "Grouped attention",
        4: "Norm and MLP",
        5: "The model",
        6: "Generation",
        7: "Sampling",
    },
    (T111, T112, T121, T122, T131, T132, T133, T141, T142, T151, T152, T153, T16, T17),
)
