"""Gates of the two kernels: how fast, against the reference's ladder, and how much memory. Data only.

Full points at the speed of rung 2, which unpacks eight weights a load and needs no vector instructions; extra points
at half the speed of the last rung. Core gates are in float32, where a kernel without vector instructions loses nothing
by converting numbers. The shapes are those of one projection and of a few heads of Qwen2-0.5B, so that rung 2 takes
1 to 20 ms: long against the transport of the arguments, short enough for some sixty rounds.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from grader.course import kernel_inputs
from grader.course.model import FasterThan, GainsFromBatch, Rival, ScalesLike, UsesAtMost
from grader.course.week2.names import EDGE

HALF_SPEED = 2.0
RUNG_2 = 1.15

K = N = 896
GROUP = 64
ITEM_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}

_SLOW = "at most 1.15 times as long as rung 2 of the reference"
_FAST = "at most twice as long as the last rung of the reference"


def _rivals(function: str) -> dict[str, Rival]:
    ladder = f"ladder.{function}"
    return {
        "rung 2": Rival("rung 2", ladder, (2,)),
        "last rung": Rival("last rung", ladder, (0,)),
        "mlx": Rival("mlx", f"ladder.mlx_{function}"),
    }


def _against(function: str, rung: str) -> dict[str, Any]:
    known = _rivals(function)
    rival = known.pop(rung)
    return {
        "rival": rival,
        "beside": tuple(known.values()),
        "threshold": RUNG_2 if rung == "rung 2" else HALF_SPEED,
    }


def _matmul(name: str, sentence: str, rows: int, dtype: str, rung: str, **more: Any) -> FasterThan:
    item = ITEM_BYTES[dtype]
    return FasterThan(
        name,
        sentence,
        target="quantize.quantized_matmul",
        inputs=kernel_inputs.quantized_matmul,
        axes={"lead": (rows,), "K": K, "N": N, "group": GROUP, "dtype": dtype},
        oracle="kernels.quantized_matmul",
        tolerance="quantized-matmul",
        idle="a",
        flops=2.0 * rows * K * N,
        moved_bytes=N * K / 2 + 2 * item * N * K / GROUP + item * rows * (K + N),
        group=f"2.2 quantized matmul, 4 bit, group {GROUP}, K = {K}, N = {N}",
        label=f"M = {rows}, {dtype}",
        **_against("quantized_matmul", rung),
        **more,
    )


def _attention(
    name: str, sentence: str, heads: tuple[int, int], rows: int, keys: int, rung: str, **more: Any
) -> FasterThan:
    query_heads, kv_heads = heads
    dim = 64
    return FasterThan(
        name,
        sentence,
        target="attention.flash_attention",
        inputs=kernel_inputs.flash_attention,
        axes={
            "lead": (1,),
            "H_q": query_heads,
            "H": kv_heads,
            "L": rows,
            "S": keys,
            "D": dim,
            "dtype": "float32",
        },
        oracle="kernels.flash_attention",
        tolerance="flash-attention",
        idle="query",
        flops=4.0 * query_heads * rows * keys * dim,
        moved_bytes=4.0 * dim * (2 * query_heads * rows + 2 * kv_heads * keys),
        group="2.4 flash attention, D = 64, float32",
        label=f"{'decode' if rows == 1 else 'prefill'}, L = {rows}, S = {keys}, {query_heads} heads on {kv_heads}",
        **_against("flash_attention", rung),
        **more,
    )


_extra = partial(_matmul, tier=EDGE, points=1)

MATMUL = (
    _matmul("speed-decode", f"one row of activations takes {_SLOW}", 1, "float32", "rung 2", points=2),
    _matmul("speed-prefill", f"32 rows of activations take {_SLOW}", 32, "float32", "rung 2", points=2),
)
MATMUL_EXTRA = (
    _extra("fast-decode", f"one row of activations takes {_FAST}", 1, "float16", "last rung"),
    _extra("fast-prefill", f"32 rows of activations take {_FAST}", 32, "float16", "last rung"),
    _extra("fast-long-prefill", f"128 rows of activations take {_FAST}", 128, "float32", "last rung"),
)
ATTENTION = (
    _attention(
        "speed-decode", f"one query on 1024 keys takes {_SLOW}", (14, 2), 1, 1024, "rung 2", points=1.5
    ),
    _attention(
        "speed-prefill", f"128 queries on 128 keys take {_SLOW}", (4, 2), 128, 128, "rung 2", points=1.5
    ),
)
ATTENTION_EXTRA = (
    _attention(
        "fast-decode",
        f"one query on 1024 keys takes {_FAST}",
        (14, 2),
        1,
        1024,
        "last rung",
        tier=EDGE,
        points=1,
    ),
    _attention(
        "fast-prefill",
        f"128 queries on 128 keys take {_FAST}",
        (4, 2),
        128,
        128,
        "last rung",
        tier=EDGE,
        points=1,
    ),
)

_LONG = 2048
_DIM = 32
_HEADS = 2
# A matrix of float32 scores takes 16 MiB a head here. Twice the arguments and the result, for copies of them, and a
# quarter of that matrix, for blocks of rows, threads and the allocator, are 6 MiB: a kernel that keeps a block of rows
# stays far below, one that keeps the scores of a single head is far above.
_ARGUMENTS = 4.0 * _LONG * _DIM * (2 * _HEADS + 2)
_SCORES = 4.0 * _LONG * _LONG


def _square(length: int) -> dict[str, Any]:
    return {"lead": (1,), "H_q": _HEADS, "H": 1, "L": length, "S": length, "D": _DIM, "dtype": "float32"}


ATTENTION_MEMORY = (
    UsesAtMost(
        "memory",
        "no matrix of scores is kept: memory does not grow with queries times keys",
        points=1,
        deadline_s=20,
        target="attention.flash_attention",
        inputs=kernel_inputs.flash_attention,
        axes=(_square(16), _square(512), _square(_LONG)),
        bound_bytes=2 * _ARGUMENTS + _SCORES / 4,
        oracle="kernels.flash_attention",
        tolerance="flash-attention",
        against="twice the arguments and the result, and a quarter of one head's scores",
        group="2.4 memory of flash attention, D = 32, 2 heads on 1, float32",
        labels=("L = S = 512", f"L = S = {_LONG}"),
    ),
)

CACHE = (
    ScalesLike(
        "growth",
        "a token at position 500 costs at most 1.5 times as much as one at position 50",
        points=3,
        deadline_s=20,
        checkpoint="random-long",
        group="2.1 one token beside a KV cache",
        label="position 500",
    ),
)

BATCH = (
    GainsFromBatch(
        "throughput",
        "four requests together have at least 1.5 times the throughput that they have one after another",
        points=2.5,
        deadline_s=20,
        checkpoint="random-narrow",
        group="2.7 continuous batching",
        label="4 requests",
    ),
)
