"""Time gates of the two kernels on the GPU of a Mac, in place of counts. Data only; UNTESTED: no Mac has run them.

The same ratios as those of the counts they stand in for, against the reference's own choice of a kernel. Shapes are
large enough that the work should outweigh the start of a kernel; what a command buffer itself took cannot be asked of
MLX, so calls are timed from outside, evaluation included.
"""

from __future__ import annotations

from grader.course import kernel_inputs
from grader.course.model import FasterThan, Rival

_ITEM_BYTES = 2  # float16
GROUP = 64


def _rivals(function: str) -> tuple[Rival, Rival]:
    return Rival("the reference", f"ladder.{function}", (0,)), Rival("mlx", f"ladder.mlx_{function}")


def _matmul(name: str, sentence: str, rows: int, K: int, N: int, threshold: float) -> FasterThan:
    reference, mlx = _rivals("quantized_matmul")
    return FasterThan(
        name,
        sentence,
        deadline_s=20,
        target="quantize.quantized_matmul",
        inputs=kernel_inputs.quantized_matmul,
        axes={"lead": (rows,), "K": K, "N": N, "group": GROUP, "dtype": "float16"},
        rival=reference,
        beside=(mlx,),
        threshold=threshold,
        oracle="kernels.quantized_matmul",
        tolerance="quantized-matmul",
        idle="a",
        flops=2.0 * rows * K * N,
        moved_bytes=N * K / 2 + 2 * _ITEM_BYTES * N * K / GROUP + _ITEM_BYTES * rows * (K + N),
        group=f"2.3 quantized matmul on the GPU, 4 bit, group {GROUP}, K = {K}, N = {N}",
        label=f"M = {rows}, float16",
    )


MATMUL_DECODE = _matmul(
    "time-decode",
    "one row of activations takes at most twice the time that the reference's kernel takes",
    1,
    4096,
    8192,
    2.0,
)
MATMUL_PREFILL = _matmul(
    "time-prefill",
    "64 rows take at most four times the time that the reference's kernel takes",
    64,
    2048,
    2048,
    4.0,
)
_LENGTH, _DIM, _QUERY_HEADS, _KV_HEADS = 512, 64, 14, 2
ATTENTION_PREFILL = FasterThan(
    "time-prefill",
    "512 queries on 512 keys take at most four times the time that the reference's kernel takes",
    deadline_s=20,
    target="attention.flash_attention",
    inputs=kernel_inputs.flash_attention,
    axes={
        "lead": (1,),
        "H_q": _QUERY_HEADS,
        "H": _KV_HEADS,
        "L": _LENGTH,
        "S": _LENGTH,
        "D": _DIM,
        "dtype": "float16",
    },
    rival=_rivals("flash_attention")[0],
    beside=_rivals("flash_attention")[1:],
    threshold=4.0,
    oracle="kernels.flash_attention",
    tolerance="flash-attention",
    idle="query",
    flops=4.0 * _QUERY_HEADS * _LENGTH * _LENGTH * _DIM,
    moved_bytes=_ITEM_BYTES * _DIM * 2.0 * _LENGTH * (_QUERY_HEADS + _KV_HEADS),
    group=f"2.5 flash attention on the GPU, D = {_DIM}, float16",
    label=f"prefill, L = S = {_LENGTH}, {_QUERY_HEADS} heads on {_KV_HEADS}",
)
