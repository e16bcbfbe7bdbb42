"""Day 1: softmax, attention, linear, multi-head attention. Data only."""

from __future__ import annotations

from functools import partial

from grader.course import inputs
from grader.course.model import KeepsDtype, Matches, Task, Unchanged, grid
from grader.course.week1.names import ALL, EDGE, HALF, SDPA, SOFTMAX, STYLE

_softmax = partial(
    Matches,
    target="basics.softmax",
    inputs=inputs.softmax,
    oracle="basics.softmax",
    tolerance="softmax",
)
_simple = partial(
    Matches,
    target="attention.scaled_dot_product_attention_simple",
    inputs=inputs.attention_simple,
    oracle="attention.scaled_dot_product_attention_simple",
    tolerance="attention",
    mistakes=SDPA,
    axis_names=("head", "row", "column"),
)

T111 = Task(
    "1.1.1",
    "Softmax and attention",
    1,
    "attention.scaled_dot_product_attention_simple",
    blanks=("basics.softmax", "attention.scaled_dot_product_attention_simple"),
    checks=(
        _softmax(
            "softmax-values",
            "softmax equals PyTorch's over any axis",
            points=2,
            public=grid(shape=[(5,)], axis=[-1], dtype=["float32"])
            + grid(shape=[(2, 7)], axis=[0, -1], dtype=ALL),
            hidden=grid(shape=[(3, 4, 6)], axis=[0, 1, -1], dtype=ALL, values=["normal", "small"]),
            mistakes=SOFTMAX,
        ),
        _simple(
            "attention-values",
            "attention equals PyTorch's, with and without leading axes, for L = S and L != S",
            points=2,
            public=grid(lead=[(), (2,), (2, 3)], L=[4], S=[4, 6], D=[8], dtype=["float32"]),
            hidden=grid(lead=[(), (3,), (2, 2)], L=[5], S=[5, 9], D=[16], dtype=ALL),
        ),
        _simple(
            "attention-scale",
            "a scale that is passed in is used, as a Python float too",
            points=1,
            public=grid(lead=[(2,)], L=[3], S=[3], D=[8], dtype=["float32"], scale=[0.5, 2.0]),
            hidden=grid(lead=[(), (2, 2)], L=[4], S=[7], D=[8], dtype=ALL, scale=[0.11, 1.7]),
        ),
        _simple(
            "attention-mask",
            "a mask is added to the scores",
            points=1,
            public=grid(lead=[(2, 2)], L=[4], S=[4], D=[8], dtype=["float32"], mask=["causal", "random"]),
            hidden=grid(lead=[(), (2,), (1, 3)], L=[4], S=[6], D=[8], dtype=ALL, mask=["holes", "random"]),
        ),
        _softmax(
            "softmax-large",
            "softmax survives numbers near 1e4",
            tier=EDGE,
            points=0.5,
            public=grid(shape=[(2, 6)], axis=[-1], dtype=ALL, values=["large"]),
            hidden=grid(shape=[(2, 3, 5)], axis=[1, -1], dtype=ALL, values=["large", "wide"]),
            mistakes=SOFTMAX,
        ),
        _simple(
            "attention-scale-zero",
            "scale = 0 gives the mean of the values",
            tier=EDGE,
            points=0.5,
            public=grid(lead=[(2,)], L=[3], S=[5], D=[4], dtype=["float32"], scale=[0.0]),
            hidden=grid(lead=[()], L=[3], S=[6], D=[8], dtype=ALL, scale=[0.0]),
        ),
        _simple(
            "attention-mask-broadcast",
            "a mask [L, S] is broadcast over the leading axes",
            tier=EDGE,
            points=0.5,
            public=grid(
                lead=[(2, 3)],
                L=[4],
                S=[4],
                D=[8],
                dtype=["float32"],
                mask=["causal"],
                mask_shape=["broadcast", "ones"],
            ),
            hidden=grid(
                lead=[(2, 2)],
                L=[3],
                S=[5],
                D=[8],
                dtype=ALL,
                mask=["random"],
                mask_shape=["broadcast", "ones"],
            ),
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

_linear = partial(
    Matches,
    target="basics.linear",
    inputs=inputs.linear,
    oracle="basics.linear",
    tolerance="linear",
    mistakes=("linear-no-bias", "linear-not-transposed"),
)
_multi_head = partial(
    Matches,
    target="attention.SimpleMultiHeadAttention",
    inputs=inputs.multi_head,
    oracle="attention.multi_head",
    tolerance="multi-head",
    mistakes=(
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
    axis_names=("batch", "row", "column"),
)

T112 = Task(
    "1.1.2",
    "Linear layer and multi-head attention",
    1,
    "attention.SimpleMultiHeadAttention",
    needs=("1.1.1",),
    blanks=("basics.linear", "attention.SimpleMultiHeadAttention"),
    checks=(
        _linear(
            "linear-values",
            "linear is x @ w.T + bias, with and without bias",
            points=2,
            public=grid(lead=[(3,)], inner=[8], outer=[8, 5], bias=[False, True], dtype=["float32"]),
            hidden=grid(lead=[(4,), (2, 3)], inner=[32], outer=[32, 12], bias=[False, True], dtype=ALL),
        ),
        _multi_head(
            "multi-head-values",
            "multi-head attention equals PyTorch's, with different query, key and value",
            points=3,
            public=grid(B=[1, 2], H=[2], L=[4], E=[16], dtype=["float32"]),
            hidden=grid(B=[2], H=[1, 4], L=[6], E=[32], dtype=ALL),
        ),
        _multi_head(
            "multi-head-mask",
            "the mask reaches the attention inside",
            points=1,
            public=grid(B=[1], H=[2], L=[4], E=[16], dtype=["float32"], mask=["causal"]),
            hidden=grid(B=[2], H=[4], L=[5], E=[32], dtype=ALL, mask=["random", "causal"]),
        ),
        _linear(
            "linear-no-leading-axis",
            "linear works for a single vector",
            tier=EDGE,
            points=0.5,
            public=grid(lead=[()], inner=[8], outer=[5], bias=[False, True], dtype=["float32"]),
            hidden=grid(lead=[()], inner=[16], outer=[16], bias=[True], dtype=ALL),
        ),
        _multi_head(
            "multi-head-mask-broadcast",
            "a mask [L, S] is broadcast over batch and heads",
            tier=EDGE,
            points=0.5,
            public=grid(
                B=[2], H=[2], L=[4], E=[16], dtype=["float32"], mask=["causal"], mask_shape=["broadcast"]
            ),
            hidden=grid(
                B=[2], H=[4], L=[5], E=[32], dtype=ALL, mask=["causal"], mask_shape=["broadcast", "ones"]
            ),
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
