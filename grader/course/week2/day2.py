"""Day 2: quantized matmul on the CPU. Data only."""

from __future__ import annotations

from functools import partial

from grader.course import kernel_inputs as inputs
from grader.course.model import (
    Allowed,
    Builds,
    KeepsDtype,
    Matches,
    Rejects,
    Sanitized,
    Task,
    Unchanged,
    grid,
)
from grader.course.week2 import gates
from grader.course.week2.names import CORE, EDGE, HALF, LOOPS, MATMUL, STYLE
from grader.course.week2.policy import QUANTIZED_MATMUL, SENTENCE

_matmul = partial(
    Matches,
    target="quantize.quantized_matmul",
    inputs=inputs.quantized_matmul,
    oracle="kernels.quantized_matmul",
    tolerance="quantized-matmul",
    mistakes=(*MATMUL, *LOOPS),
    axis_names=("batch", "row", "column"),
)
_linear = partial(
    Matches,
    target="quantize.quantized_linear",
    inputs=inputs.quantized_linear,
    oracle="kernels.quantized_linear",
    tolerance="quantized-matmul",
    mistakes=("qlinear-no-bias", "qlinear-bias-twice", "qlinear-weight-biases-ignored"),
    axis_names=("batch", "row", "column"),
)
_rejects = partial(
    Rejects,
    target="quantize.quantized_matmul",
    tier=EDGE,
    points=0.5,
)

T22 = Task(
    "2.2",
    "Quantized matmul",
    2,
    "quantize.quantized_matmul",
    blanks=("quantize.QuantizedWeights", "quantize.quantized_matmul", "quantize.quantized_linear"),
    forbids=QUANTIZED_MATMUL,
    checks=(
        Allowed("allowed", SENTENCE, op="quantized_matmul"),
        Builds("builds", "the C++ op compiles and does something", op="quantized_matmul"),
        _matmul(
            "matmul-one-row",
            "one row of activations times a packed matrix, as in decoding",
            points=3,
            public=grid(lead=[(1,)], K=[64, 192], N=[8], group=[64], dtype=CORE),
            hidden=grid(lead=[(1,)], K=[128, 320], N=[1, 24, 37], group=[64], dtype=CORE),
        ),
        _matmul(
            "matmul-rows",
            "several rows, as in prefill, whatever their number and that of the columns",
            points=3,
            public=grid(lead=[(2,), (5,)], K=[128], N=[8, 11], group=[64], dtype=CORE),
            hidden=grid(lead=[(3,), (17,), (33,)], K=[192], N=[16, 67], group=[64], dtype=CORE),
            mistakes=("qmm-first-row-of-a", *MATMUL, *LOOPS),
        ),
        _matmul(
            "matmul-long-rows",
            "long rows: every group of K counts, with its own scale and bias",
            points=1.5,
            public=grid(lead=[(2,)], K=[896], N=[5], group=[64], dtype=CORE),
            hidden=grid(lead=[(3,)], K=[1536, 4864], N=[7], group=[64], dtype=CORE),
            mistakes=LOOPS,
        ),
        _matmul(
            "matmul-leading-axes",
            "a may have leading axes: [B, L, K] gives [B, L, N]",
            points=1.5,
            public=grid(lead=[(1, 1), (2, 3)], K=[64], N=[8], group=[64], dtype=CORE),
            hidden=grid(lead=[(1, 5), (3, 2)], K=[128], N=[12], group=[64], dtype=CORE),
        ),
        _matmul(
            "matmul-sums",
            "sums are kept in float32: thousands of numbers of one sign lose nothing",
            points=1,
            public=grid(lead=[(1,)], K=[4096], N=[16], group=[64], dtype=["float16"], sign=["positive"]),
            hidden=grid(lead=[(2,)], K=[4864], N=[16], group=[64], dtype=["float16"], sign=["positive"]),
            tolerance="quantized-sum",
            mistakes=("qmm-half-sums",),
        ),
        _linear(
            "linear-values",
            "quantized_linear is x @ w.T + bias for the weights of a 4-bit layer, with and without bias",
            points=2,
            public=grid(lead=[(3,)], K=[64], N=[8], group=[64], bias=[False, True], dtype=CORE),
            hidden=grid(lead=[(1, 4)], K=[128], N=[20], group=[64], bias=[False, True], dtype=CORE),
        ),
        Sanitized(
            "stays-inside",
            "no read or write past the end of an array, and nothing undefined, whatever the sizes",
            points=2,
            target="quantize.quantized_matmul",
            inputs=inputs.quantized_matmul,
            public=grid(lead=[(1,), (3,)], K=[64], N=[5], group=[64], dtype=CORE),
            hidden=grid(lead=[(1,), (7,)], K=[192], N=[1, 33], group=[64], dtype=CORE),
        ),
        *gates.MATMUL,
        _matmul(
            "matmul-vector",
            "a single vector [K] gives [N]",
            tier=EDGE,
            points=0.5,
            public=grid(lead=[()], K=[64], N=[8], group=[64], dtype=CORE),
            hidden=grid(lead=[()], K=[192], N=[13], group=[64], dtype=CORE),
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
        _rejects(
            "rejects-bits",
            "bits that the kernel cannot unpack are refused, not guessed",
            inputs=inputs.quantized_matmul,
            public=grid(lead=[(2,)], K=[64], N=[8], group=[64], bits=[3], dtype=["float32"]),
        ),
        _rejects(
            "rejects-shapes",
            "an a whose last axis is not that of b is refused",
            inputs=inputs.mismatched_matmul,
            public=grid(lead=[(2,)], K=[64], N=[8], group=[64], more=[64, -32], dtype=["float32"]),
        ),
        Unchanged(
            "inputs-unchanged",
            "the caller's arrays are left as they were",
            tier=EDGE,
            points=0.5,
            target="quantize.quantized_matmul",
            inputs=inputs.quantized_matmul,
            public=grid(lead=[(2,)], K=[64], N=[8], group=[64], dtype=["float32"]),
        ),
        *gates.MATMUL_EXTRA,
        KeepsDtype(
            "dtype",
            "the result has the dtype of a",
            tier=STYLE,
            target="quantize.quantized_matmul",
            inputs=inputs.quantized_matmul,
            public=grid(lead=[(2,)], K=[64], N=[8], group=[64], dtype=HALF),
        ),
    ),
)
