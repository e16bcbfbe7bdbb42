"""Day 3: quantized matmul on the GPU. Data only.

Sizes are small: where there is no GPU every thread of a grid is simulated.
"""

from __future__ import annotations

from functools import partial

from grader.course import kernel_inputs as inputs
from grader.course.metal import Limit, OnGpu, Safe, Traffic
from grader.course.model import Allowed, Builds, Matches, Task, grid
from grader.course.week2 import gpu_gates
from grader.course.week2.names import CORE, EDGE, LOOPS, MATMUL, STYLE
from grader.course.week2.policy import GPU_SENTENCE, QUANTIZED_MATMUL_GPU

_TARGET = "quantize.quantized_matmul"
_matmul = partial(
    Matches,
    oracle="kernels.quantized_matmul",
    tolerance="quantized-matmul",
    mistakes=(*MATMUL, *LOOPS),
    axis_names=("batch", "row", "column"),
    target=_TARGET,
    inputs=inputs.quantized_matmul,
    deadline_s=10,
)
_safe = partial(Safe, target=_TARGET, inputs=inputs.quantized_matmul, deadline_s=10)
_traffic = partial(Traffic, target=_TARGET, inputs=inputs.quantized_matmul, deadline_s=10)

T23 = Task(
    "2.3",
    "Quantized matmul on the GPU",
    3,
    _TARGET,
    forbids=QUANTIZED_MATMUL_GPU,
    device="gpu",
    checks=(
        Allowed("allowed", GPU_SENTENCE, op="quantized_matmul"),
        Builds("builds", "the op and its Metal kernels compile and do something", op="quantized_matmul"),
        OnGpu(
            "on-gpu",
            "the Metal kernels compute the answer: run again without C++ and Python, they give the same",
            public=grid(lead=[(1,), (3,)], K=[64], N=[8], group=[64], dtype=["float32"]),
            hidden=grid(lead=[(1,), (5,)], K=[128], N=[12], group=[64], dtype=["float16"]),
            target=_TARGET,
            inputs=inputs.quantized_matmul,
            deadline_s=10,
        ),
        _matmul(
            "matmul-one-row",
            "one row of activations times a packed matrix, as in decoding",
            points=2.5,
            public=grid(lead=[(1,)], K=[64, 192], N=[8], group=[64], dtype=CORE),
            hidden=grid(lead=[(1,)], K=[128, 320], N=[1, 24, 37], group=[64], dtype=CORE),
        ),
        _matmul(
            "matmul-rows",
            "several rows, as in prefill, whatever their number and that of the columns",
            points=2.5,
            public=grid(lead=[(2,), (5,)], K=[128], N=[8, 11], group=[64], dtype=CORE),
            hidden=grid(lead=[(3,), (17,), (33,)], K=[192], N=[16, 67], group=[64], dtype=CORE),
            mistakes=("qmm-first-row-of-a", *MATMUL, *LOOPS),
        ),
        _matmul(
            "matmul-long-rows",
            "long rows: every group of K counts, with its own scale and bias",
            points=1,
            public=grid(lead=[(2,)], K=[896], N=[5], group=[64], dtype=CORE),
            hidden=grid(lead=[(3,)], K=[1536], N=[7], group=[64], dtype=CORE),
            mistakes=LOOPS,
        ),
        _matmul(
            "matmul-leading-axes",
            "a may have leading axes: [B, L, K] gives [B, L, N]",
            points=1,
            public=grid(lead=[(2, 3)], K=[64], N=[8], group=[64], dtype=CORE),
            hidden=grid(lead=[(1, 5), (3, 2)], K=[128], N=[12], group=[64], dtype=CORE),
        ),
        _matmul(
            "matmul-sums",
            "sums are kept in float32: thousands of numbers of one sign lose nothing",
            points=0.5,
            public=grid(lead=[(1,)], K=[4096], N=[8], group=[64], dtype=["float16"], sign=["positive"]),
            hidden=grid(lead=[(2,)], K=[4864], N=[8], group=[64], dtype=["float16"], sign=["positive"]),
            tolerance="quantized-sum",
            mistakes=("qmm-half-sums",),
        ),
        _safe(
            "safe",
            "no thread leaves its buffers, races with another, misses a barrier or reads what nobody wrote",
            points=3.5,
            public=grid(lead=[(1,), (3,)], K=[64], N=[5], group=[64], dtype=["float32"])
            + grid(lead=[(33,)], K=[128], N=[34], group=[64], dtype=["float16"]),
            hidden=grid(lead=[(1,), (7,), (40,)], K=[192], N=[1, 33], group=[64], dtype=CORE),
        ),
        _traffic(
            "traffic-decode",
            "one row of activations moves at most twice the bytes that the reference moves",
            points=1.5,
            public=grid(lead=[(1,)], K=[512], N=[64], group=[64], dtype=["float16"]),
            limits=(Limit("device bytes", 2.0), Limit("device transactions", 2.5)),
            timed=gpu_gates.MATMUL_DECODE,
        ),
        _traffic(
            "traffic-prefill",
            "32 rows share what they load: at most four times the bytes that the reference moves",
            points=1.5,
            public=grid(lead=[(32,)], K=[256], N=[64], group=[64], dtype=["float16"]),
            limits=(Limit("device bytes", 4.0), Limit("device transactions", 6.0)),
            timed=gpu_gates.MATMUL_PREFILL,
        ),
        _matmul(
            "matmul-bfloat16",
            "bfloat16 works",
            tier=EDGE,
            points=1,
            public=grid(lead=[(1,), (4,)], K=[128], N=[8], group=[64], dtype=["bfloat16"]),
            hidden=grid(lead=[(2, 3)], K=[192], N=[21], group=[64], dtype=["bfloat16"]),
            mistakes=(),  # too coarse to tell them apart
        ),
        _matmul(
            "matmul-groups-of-32",
            "groups of 32 work",
            tier=EDGE,
            points=0.5,
            public=grid(lead=[(2,)], K=[256], N=[8], group=[32], dtype=CORE),
            hidden=grid(lead=[(1,), (5,)], K=[192], N=[9], group=[32], dtype=CORE),
            mistakes=("qmm-group-64", *MATMUL, *LOOPS),
        ),
        _matmul(
            "matmul-groups-of-128",
            "groups of 128 work",
            tier=EDGE,
            points=0.5,
            public=grid(lead=[(2,)], K=[256], N=[8], group=[128], dtype=CORE),
            hidden=grid(lead=[(1,), (5,)], K=[384], N=[9], group=[128], dtype=CORE),
        ),
        _matmul(
            "matmul-not-transposed",
            "transpose_b=False multiplies with b [K, N / 8] as it lies",
            tier=EDGE,
            points=1,
            public=grid(lead=[(1,), (3,)], K=[10], N=[64], group=[64], transpose=[False], dtype=CORE),
            hidden=grid(lead=[(2,)], K=[33], N=[192], group=[64], transpose=[False], dtype=CORE),
        ),
        _matmul(
            "matmul-strided",
            "an a that is not contiguous is read by its strides",
            tier=EDGE,
            points=1,
            public=grid(lead=[(3,)], K=[64], N=[8], group=[64], dtype=CORE, strided=[("a",)]),
            hidden=grid(lead=[(2, 5)], K=[128], N=[12], group=[64], dtype=CORE, strided=[("a",)]),
            mistakes=("qmm-strides-ignored",),
        ),
        _safe(
            "lockstep",
            "threads of one simdgroup exchange numbers by simd functions or behind a barrier, not by luck",
            tier=STYLE,
            public=grid(lead=[(1,), (9,)], K=[128], N=[12], group=[64], dtype=["float32"]),
            soft=True,
        ),
    ),
)
