"""Day 2: RoPE, without and with an offset. Data only."""

from __future__ import annotations

from functools import partial

from grader.course import inputs
from grader.course.model import KeepsDtype, Matches, Task, Unchanged, grid
from grader.course.week1.names import ALL, EDGE, HALF, ROPE, STYLE

_rope = partial(
    Matches,
    target="positional_encoding.RoPE",
    inputs=inputs.rope,
    oracle="positional.rope",
    tolerance="rope",
    mistakes=ROPE,
    axis_names=("batch", "position", "head", "column"),
)

T121 = Task(
    "1.2.1",
    "RoPE",
    2,
    "positional_encoding.RoPE",
    blanks=("positional_encoding.RoPE",),
    checks=(
        _rope(
            "rope-halves",
            "traditional=False rotates element i with element i + D / 2",
            points=3,
            public=grid(B=[1, 2], L=[6], H=[2], D=[8], traditional=[False], dtype=["float32"]),
            hidden=grid(B=[2], L=[11], H=[3], D=[16, 64], traditional=[False], dtype=ALL),
        ),
        _rope(
            "rope-traditional",
            "traditional=True rotates adjacent pairs",
            points=3,
            public=grid(B=[1, 2], L=[6], H=[2], D=[8], traditional=[True], dtype=["float32"]),
            hidden=grid(B=[2], L=[9], H=[3], D=[16, 64], traditional=[True], dtype=ALL),
        ),
        _rope(
            "rope-base",
            "another base than 10000 is used",
            points=2,
            public=grid(
                B=[1], L=[6], H=[2], D=[8], traditional=[False, True], base=[1000000], dtype=["float32"]
            ),
            hidden=grid(
                B=[2], L=[8], H=[2], D=[32], traditional=[False, True], base=[500, 1000000], dtype=ALL
            ),
        ),
        _rope(
            "rope-default",
            "the defaults are base 10000 and halves",
            tier=EDGE,
            points=0.5,
            public=grid(B=[1], L=[5], H=[1], D=[8], dtype=["float32"]),
            hidden=grid(B=[1], L=[7], H=[2], D=[16], dtype=ALL),
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
        _rope(
            "rope-offset",
            "offset = slice(s, s + L) rotates by the positions s to s + L - 1",
            points=4,
            public=grid(
                B=[1],
                L=[4],
                H=[2],
                D=[8],
                traditional=[False, True],
                start=[0, 7],
                seq_len=[32],
                dtype=["float32"],
            ),
            hidden=grid(
                B=[2],
                L=[5],
                H=[2],
                D=[16],
                traditional=[False, True],
                start=[3, 100],
                seq_len=[128],
                dtype=ALL,
            ),
        ),
        _rope(
            "rope-offset-list-of-one",
            "a list with one slice works for a batch of one",
            points=2,
            public=grid(
                B=[1], L=[4], H=[2], D=[8], traditional=[False], start=[(5,)], seq_len=[32], dtype=["float32"]
            ),
            hidden=grid(
                B=[1], L=[3], H=[2], D=[16], traditional=[False, True], start=[(9,)], seq_len=[64], dtype=ALL
            ),
        ),
        _rope(
            "rope-offset-rows",
            "a list of slices gives every batch row its own positions",
            tier=EDGE,
            points=0.5,
            public=grid(
                B=[2],
                L=[4],
                H=[2],
                D=[8],
                traditional=[False, True],
                start=[(0, 6)],
                seq_len=[32],
                dtype=["float32"],
            ),
            hidden=grid(
                B=[3],
                L=[3],
                H=[2],
                D=[16],
                traditional=[False, True],
                start=[(4, 0, 21)],
                seq_len=[64],
                dtype=ALL,
            ),
        ),
        _rope(
            "rope-long",
            "positions near the end of a long sequence are right",
            tier=EDGE,
            points=0.5,
            public=grid(
                B=[1],
                L=[2],
                H=[1],
                D=[16],
                traditional=[False],
                start=[4000],
                seq_len=[4096],
                dtype=["float32"],
            ),
            hidden=grid(
                B=[1], L=[3], H=[2], D=[64], traditional=[False], start=[8100], seq_len=[8192], dtype=ALL
            ),
        ),
    ),
)
