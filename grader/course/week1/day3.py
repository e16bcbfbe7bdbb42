"""Day 3: grouped attention, causal mask, Qwen2 attention. Data only."""

from __future__ import annotations

from functools import partial

from grader.course import inputs
from grader.course.model import KeepsDtype, Matches, Task, Unchanged, grid
from grader.course.week1.names import ALL, EDGE, HALF, HEADS, QWEN, SDPA, STYLE, prefixed

_grouped = partial(
    Matches,
    target="attention.scaled_dot_product_attention_grouped",
    inputs=inputs.attention_grouped,
    oracle="attention.scaled_dot_product_attention_grouped",
    tolerance="attention",
    mistakes=(*HEADS, *SDPA),
    axis_names=("batch", "head", "row", "column"),
)

T131 = Task(
    "1.3.1",
    "Grouped query attention",
    3,
    "attention.scaled_dot_product_attention_grouped",
    needs=("1.1.1",),
    blanks=("attention.scaled_dot_product_attention_grouped",),
    checks=(
        _grouped(
            "grouped-values",
            "query head h reads KV head h // (H_q // H)",
            points=4,
            public=grid(lead=[(1,), (2,)], H_q=[4], H=[1, 2, 4], L=[3], S=[3], D=[8], dtype=["float32"]),
            hidden=grid(lead=[(2,)], H_q=[6], H=[2, 3], L=[4], S=[7], D=[16], dtype=ALL),
        ),
        _grouped(
            "grouped-scale",
            "a scale that is passed in is used",
            points=1,
            public=grid(
                lead=[(1,)], H_q=[4], H=[2], L=[3], S=[3], D=[8], dtype=["float32"], scale=[0.4, 2.0]
            ),
            hidden=grid(lead=[(2,)], H_q=[4], H=[2], L=[3], S=[5], D=[16], dtype=ALL, scale=[0.07, 1.3]),
        ),
        _grouped(
            "grouped-mask",
            "a mask [..., H_q, L, S] is regrouped with the heads and added",
            points=2,
            public=grid(
                lead=[(1,)], H_q=[4], H=[2], L=[3], S=[3], D=[8], dtype=["float32"], mask=["random", "causal"]
            ),
            hidden=grid(
                lead=[(2,)], H_q=[6], H=[2], L=[4], S=[5], D=[16], dtype=ALL, mask=["random", "holes"]
            ),
        ),
        _grouped(
            "grouped-causal",
            'mask="causal" hides the future, aligned at the bottom right',
            points=1,
            public=grid(
                lead=[(1,)], H_q=[4], H=[2], L=[4], S=[4, 6], D=[8], dtype=["float32"], mask=["word"]
            ),
            hidden=grid(lead=[(2,)], H_q=[4], H=[2], L=[1, 5], S=[9], D=[16], dtype=ALL, mask=["word"]),
        ),
        _grouped(
            "grouped-leading-axes",
            "no batch axis and two batch axes work",
            tier=EDGE,
            points=0.5,
            public=grid(lead=[(), (2, 2)], H_q=[4], H=[2], L=[3], S=[4], D=[8], dtype=["float32"]),
            hidden=grid(
                lead=[(), (2, 3)], H_q=[4], H=[2], L=[3], S=[4], D=[8], dtype=ALL, mask=[None, "word"]
            ),
        ),
        _grouped(
            "grouped-mask-broadcast",
            "a mask [L, S] or [1, 1, L, S] is broadcast over batch and heads",
            tier=EDGE,
            points=0.5,
            public=grid(
                lead=[(2,)],
                H_q=[4],
                H=[2],
                L=[3],
                S=[4],
                D=[8],
                dtype=["float32"],
                mask=["random"],
                mask_shape=["broadcast", "ones"],
            ),
            hidden=grid(
                lead=[(2,)],
                H_q=[6],
                H=[3],
                L=[3],
                S=[5],
                D=[8],
                dtype=ALL,
                mask=["holes"],
                mask_shape=["broadcast", "ones"],
            ),
        ),
        _grouped(
            "grouped-scale-zero",
            "scale = 0 gives the mean of the values",
            tier=EDGE,
            points=0.5,
            public=grid(lead=[(1,)], H_q=[4], H=[2], L=[3], S=[4], D=[8], dtype=["float32"], scale=[0.0]),
            hidden=grid(lead=[(1,)], H_q=[4], H=[2], L=[2], S=[5], D=[8], dtype=ALL, scale=[0.0]),
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

_mask = partial(
    Matches,
    target="attention.causal_mask",
    inputs=inputs.causal_mask,
    oracle="attention.causal_mask",
    tolerance="exact",
    mistakes=(
        "mask-top-left",
        "mask-strict",
        "mask-one-ahead",
        "mask-inverted",
        "mask-zero-one",
        "mask-finite",
    ),
    axis_names=("row", "key"),
)

T132 = Task(
    "1.3.2",
    "Causal mask",
    3,
    "attention.causal_mask",
    blanks=("attention.causal_mask",),
    checks=(
        _mask(
            "mask-square",
            "for L = S row i sees the keys 0 to i: 0 there, -inf elsewhere",
            points=2,
            public=tuple({"L": n, "S": n, "dtype": "float32"} for n in (1, 4)),
            hidden=tuple({"L": n, "S": n, "dtype": d} for n in (3, 9) for d in ALL),
        ),
        _mask(
            "mask-bottom-right",
            "for L < S row i sees the keys 0 to S - L + i",
            points=2,
            public=grid(L=[1, 3], S=[5], dtype=["float32"]),
            hidden=grid(L=[1, 2, 4], S=[7], dtype=ALL),
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

_attention = partial(
    Matches,
    target="qwen2_week1.Qwen2MultiHeadAttention",
    inputs=inputs.qwen2_attention,
    oracle="qwen2.attention",
    tolerance="qwen-attention",
    mistakes=prefixed("qwen", (*QWEN, "mask-dropped")),
    axis_names=("batch", "position", "column"),
)

T133 = Task(
    "1.3.3",
    "Qwen2 attention",
    3,
    "qwen2_week1.Qwen2MultiHeadAttention",
    needs=("1.1.2", "1.2.1", "1.3.1"),
    blanks=("qwen2_week1.Qwen2MultiHeadAttention",),
    checks=(
        _attention(
            "attention-values",
            "projections with bias, RoPE on halves, grouped heads, output projection",
            points=4,
            public=grid(B=[1], L=[3], E=[32], H_q=[4], H=[2], dtype=["float32"], mask=[None, "word"])
            + grid(B=[1], L=[3], E=[32], H_q=[4], H=[2], dtype=["float16"], mask=["word"]),
            hidden=grid(B=[2], L=[7], E=[64], H_q=[4], H=[1, 2, 4], dtype=ALL, mask=["word"]),
        ),
        _attention(
            "attention-mask",
            "an additive mask reaches the attention inside",
            points=2,
            public=grid(B=[1], L=[4], E=[32], H_q=[4], H=[2], dtype=["float32"], mask=["causal"]),
            hidden=grid(B=[2], L=[5], E=[64], H_q=[4], H=[2], dtype=ALL, mask=["random", "holes"]),
        ),
        _attention(
            "attention-theta",
            "theta is passed on to RoPE",
            points=2,
            public=grid(
                B=[1], L=[6], E=[32], H_q=[4], H=[2], dtype=["float32"], mask=["word"], theta=[10000]
            ),
            hidden=grid(B=[1], L=[9], E=[64], H_q=[4], H=[2], dtype=ALL, mask=["word"], theta=[100, 5000]),
        ),
        _attention(
            "attention-overflow",
            "scores beyond float16's 65504 do not become NaN: attention runs in float32",
            points=2,
            mistakes=(
                "qwen-half-scores",
            ),  # softmax is all but one-hot here, so that others would look alike
            public=grid(
                B=[1], L=[3], E=[64], H_q=[4], H=[2], dtype=["float16"], mask=["word"], weight=[110.0]
            ),
            hidden=grid(
                B=[1], L=[3], E=[64], H_q=[4], H=[2], dtype=["float16"], mask=["word"], weight=[130.0]
            ),
        ),
        _attention(
            "attention-small",
            "activations near 1e-3 keep their precision",
            tier=EDGE,
            points=0.5,
            public=grid(
                B=[1], L=[4], E=[32], H_q=[4], H=[2], dtype=ALL, mask=["word"], values=["small"], bias=[0.001]
            ),
            hidden=grid(
                B=[2], L=[5], E=[64], H_q=[4], H=[2], dtype=ALL, mask=["word"], values=["small"], bias=[0.001]
            ),
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
