"""Day 4: RMSNorm, silu and the gated MLP. Data only."""

from __future__ import annotations

from functools import partial

from grader.course import inputs
from grader.course.model import KeepsDtype, Matches, Task, Unchanged, grid
from grader.course.week1.names import ALL, EDGE, HALF, MLP, NORM, SILU, STYLE, prefixed

_norm = partial(
    Matches,
    target="layer_norm.RMSNorm",
    inputs=inputs.rms_norm,
    oracle="basics.rms_norm",
    tolerance="rms-norm",
    mistakes=prefixed("rmsnorm", NORM),
    axis_names=("row", "column"),
)

T141 = Task(
    "1.4.1",
    "RMSNorm",
    4,
    "layer_norm.RMSNorm",
    blanks=("layer_norm.RMSNorm",),
    checks=(
        _norm(
            "norm-values",
            "RMSNorm equals PyTorch's, whatever the leading axes",
            points=2,
            public=grid(lead=[(2,), (2, 3)], dim=[16], eps=[1e-5], dtype=["float32"])
            + grid(lead=[(2,)], dim=[16], eps=[1e-5], dtype=HALF),
            hidden=grid(lead=[(3,), (2, 2)], dim=[64, 96], eps=[1e-5, 1e-6], dtype=ALL),
        ),
        _norm(
            "norm-eps",
            "eps stands inside the root: visible for inputs near 1e-3",
            points=2,
            public=grid(lead=[(2,)], dim=[16], eps=[1e-5], dtype=["float32"], values=["small"]),
            hidden=grid(lead=[(3,)], dim=[64], eps=[1e-5, 1e-6], dtype=ALL, values=["small"]),
        ),
        _norm(
            "norm-float32-inside",
            "squares are averaged in float32: inputs near 1e4 do not overflow in float16",
            points=2,
            public=grid(lead=[(2,)], dim=[32], eps=[1e-5], dtype=["float16"], values=["large", "small"]),
            hidden=grid(lead=[(2,)], dim=[512], eps=[1e-6], dtype=HALF, values=["large", "small", "ten"]),
        ),
        _norm(
            "norm-default-eps",
            "the default of eps is 1e-5",
            tier=EDGE,
            points=0.5,
            public=grid(lead=[(2,)], dim=[16], dtype=["float32"], values=["small"]),
            hidden=grid(lead=[(2,)], dim=[32], dtype=["float32"], values=["small"]),
        ),
        _norm(
            "norm-no-leading-axis",
            "a single vector works",
            tier=EDGE,
            points=0.5,
            public=grid(lead=[()], dim=[16], eps=[1e-5], dtype=["float32"]),
            hidden=grid(lead=[()], dim=[64], eps=[1e-6], dtype=ALL),
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

_silu = partial(
    Matches,
    target="basics.silu",
    inputs=inputs.silu,
    oracle="basics.silu",
    tolerance="silu",
    mistakes=prefixed("silu", SILU),
)
_mlp = partial(
    Matches,
    target="qwen2_week1.Qwen2MLP",
    inputs=inputs.mlp,
    oracle="qwen2.mlp",
    tolerance="mlp",
    mistakes=prefixed("mlp", MLP),
    axis_names=("batch", "position", "column"),
)

T142 = Task(
    "1.4.2",
    "SiLU and the gated MLP",
    4,
    "qwen2_week1.Qwen2MLP",
    needs=("1.1.2",),
    blanks=("basics.silu", "qwen2_week1.Qwen2MLP"),
    checks=(
        _silu(
            "silu-values",
            "silu(x) = x * sigmoid(x)",
            points=2,
            public=grid(shape=[(3, 5)], low=[-4.0], high=[4.0], dtype=ALL),
            hidden=grid(shape=[(64,), (2, 3, 8)], low=[-3.0], high=[10.0], dtype=ALL),
        ),
        _silu(
            "silu-negative",
            "silu of negative numbers keeps its digits in half precision",
            points=1,
            public=grid(shape=[(2, 16)], low=[-9.0], high=[-4.0], dtype=HALF),
            hidden=grid(shape=[(64,)], low=[-10.0], high=[-3.0], dtype=ALL),
        ),
        _mlp(
            "mlp-values",
            "the MLP is down(silu(gate(x)) * up(x))",
            points=3,
            public=grid(B=[1, 2], L=[3], E=[16], I=[24], dtype=["float32"]),
            hidden=grid(B=[2], L=[5], E=[32], I=[64, 48], dtype=ALL),
        ),
        _silu(
            "silu-wide",
            "silu survives numbers of large magnitude of either sign",
            tier=EDGE,
            points=0.5,
            public=grid(shape=[(16,)], low=[-60.0], high=[60.0], dtype=["float32"]),
            hidden=grid(shape=[(64,)], low=[-80.0, -1e4], high=[1e4], dtype=("float32", "bfloat16")),
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
