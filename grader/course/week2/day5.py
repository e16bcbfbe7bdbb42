"""Day 5: flash attention on the GPU. Data only.

Sizes are small: where there is no GPU every thread of a grid is simulated.
"""

from __future__ import annotations

from functools import partial

from grader.course import kernel_inputs as inputs
from grader.course.metal import Limit, OnGpu, Safe, Traffic
from grader.course.model import Allowed, Builds, Matches, Task, grid
from grader.course.week2 import gpu_gates
from grader.course.week2.names import (
    CORE,
    EDGE,
    FLASH,
    FLASH_MASKS,
    HIDDEN,
    KEYS,
    MASK_AXES,
    ONLINE,
    STYLE,
)
from grader.course.week2.policy import FLASH_ATTENTION_GPU, GPU_SENTENCE

_TARGET = "attention.flash_attention"
_flash = partial(
    Matches,
    oracle="kernels.flash_attention",
    tolerance="flash-attention",
    mistakes=FLASH,
    axis_names=("batch", "head", "row", "column"),
    target=_TARGET,
    inputs=inputs.flash_attention,
    deadline_s=10,
)
_safe = partial(Safe, target=_TARGET, inputs=inputs.flash_attention, deadline_s=10)
_traffic = partial(Traffic, target=_TARGET, inputs=inputs.flash_attention, deadline_s=10)
_F32 = ["float32"]

T25 = Task(
    "2.5",
    "Flash attention on the GPU",
    5,
    _TARGET,
    forbids=FLASH_ATTENTION_GPU,
    device="gpu",
    checks=(
        Allowed("allowed", GPU_SENTENCE, op="flash_attention"),
        Builds("builds", "the op and its Metal kernels compile and do something", op="flash_attention"),
        OnGpu(
            "on-gpu",
            "the Metal kernels compute the answer: run again without C++ and Python, they give the same",
            public=grid(lead=[(1,)], H_q=[2], H=[1], L=[1, 3], S=[5], D=[32], dtype=_F32),
            hidden=grid(lead=[(1,)], H_q=[4], H=[2], L=[1, 9], S=[33], D=[64], dtype=["float16"]),
            target=_TARGET,
            inputs=inputs.flash_attention,
            deadline_s=10,
        ),
        _flash(
            "flash-values",
            "equal heads: softmax(query @ key.T * scale) @ value",
            points=2,
            public=grid(lead=[(1,)], H_q=[2], H=[2], L=[4, 7], S=[7], D=[32], dtype=CORE),
            hidden=grid(lead=[(2,)], H_q=[3], H=[3], L=[9], S=[9, 20], D=[64, 128], dtype=CORE),
        ),
        _flash(
            "flash-grouped",
            "query head h reads KV head h // (H_q // H)",
            points=2,
            public=grid(lead=[(1,)], H_q=[4], H=[2, 1], L=[5], S=[6], D=[32], dtype=CORE),
            hidden=tuple(
                {"lead": (2,), "H_q": q, "H": h, "L": 3, "S": 11, "D": 64, "dtype": d}
                for q, h in ((14, 2), (7, 1), (12, 4))
                for d in CORE
            ),
        ),
        _flash(
            "flash-lengths",
            "lengths that no block divides: 1, 31, 33, 129",
            points=1.5,
            public=grid(lead=[(1,)], H_q=[2], H=[1], L=[1, 33], S=[33, 129], D=[32], dtype=_F32)
            + grid(lead=[(1,)], H_q=[2], H=[1], L=[1], S=[1, 31], D=[32], dtype=["float16"]),
            hidden=grid(lead=[(1,)], H_q=[2], H=[2], L=[1, 31, 70], S=[70, 257], D=[32], dtype=CORE),
            mistakes=(*KEYS, *FLASH, *ONLINE),
        ),
        _flash(
            "flash-rising-scores",
            "keys that fit better and better: what is summed so far is corrected whenever the maximum grows",
            points=1,
            public=grid(lead=[(1,)], H_q=[2], H=[2], L=[3], S=[130], D=[32], dtype=_F32, rising=[3.0]),
            hidden=grid(
                lead=[(1,)], H_q=[4], H=[2], L=[5], S=[100, 197], D=[64], dtype=CORE, rising=[2.0, 4.0]
            ),
            mistakes=(*ONLINE, *KEYS, *FLASH),
        ),
        _flash(
            "flash-mask",
            "a mask [B, H_q, L, S] is added to the scores",
            points=1,
            public=grid(lead=[(1,)], H_q=[4], H=[2], L=[4], S=[6], D=[32], dtype=_F32, mask=["random"]),
            hidden=grid(lead=[(2,)], H_q=[6], H=[2], L=[5], S=[35, 70], D=[64], dtype=CORE, mask=["random"]),
            mistakes=(*FLASH_MASKS, *MASK_AXES, *FLASH),
        ),
        _flash(
            "flash-hidden-keys",
            "a mask with -inf hides keys, the future or all of the first blocks too",
            points=0.5,
            public=grid(
                lead=[(1,)], H_q=[4], H=[2], L=[4], S=[6], D=[32], dtype=_F32, mask=["causal", "holes"]
            )
            + grid(lead=[(1,)], H_q=[2], H=[1], L=[3], S=[66], D=[32], dtype=_F32, mask=["late"]),
            hidden=grid(
                lead=[(2,)],
                H_q=[6],
                H=[2],
                L=[5],
                S=[35, 170],
                D=[64],
                dtype=CORE,
                mask=["causal", "holes", "late"],
            ),
            mistakes=(*HIDDEN, "mask-ignored", *MASK_AXES, *FLASH),
        ),
        _flash(
            "flash-scale",
            "a scale that is passed in is used",
            points=0.5,
            public=grid(lead=[(1,)], H_q=[2], H=[1], L=[3], S=[5], D=[32], dtype=CORE, scale=[0.4]),
            hidden=grid(lead=[(2,)], H_q=[2], H=[2], L=[4], S=[37], D=[64], dtype=CORE, scale=[0.05, 0.3]),
        ),
        _flash(
            "flash-large-scores",
            "scores in the hundreds do not overflow: the largest is subtracted before exp",
            points=0.5,
            public=grid(lead=[(1,)], H_q=[2], H=[2], L=[4], S=[40], D=[32], dtype=_F32, scores=[100.0]),
            hidden=grid(lead=[(1,)], H_q=[2], H=[1], L=[6], S=[70], D=[64], dtype=CORE, scores=[150.0]),
            mistakes=("flash-scores-overflow",),
        ),
        _flash(
            "flash-sums",
            "sums are kept in float32: thousands of keys lose nothing",
            points=0.5,
            public=grid(
                lead=[(1,)],
                H_q=[1],
                H=[1],
                L=[2],
                S=[3000],
                D=[32],
                dtype=["float16"],
                scale=[0.01],
                sign=["positive"],
            ),
            hidden=grid(
                lead=[(1,)],
                H_q=[2],
                H=[1],
                L=[1],
                S=[4100],
                D=[64],
                dtype=["float16"],
                scale=[0.01],
                sign=["positive"],
            ),
            mistakes=(),
        ),
        _safe(
            "safe",
            "no thread leaves its buffers, races with another, misses a barrier or reads what nobody wrote",
            points=3,
            public=grid(lead=[(1,)], H_q=[4], H=[2], L=[1, 5], S=[5, 33], D=[32], dtype=_F32),
            hidden=grid(
                lead=[(2,)], H_q=[2], H=[1], L=[1, 31], S=[31, 67], D=[64], dtype=CORE, mask=["random"]
            ),
        ),
        _traffic(
            "traffic-prefill",
            "queries share the keys that they load: at most four times the bytes that the reference moves",
            points=1.5,
            public=grid(lead=[(1,)], H_q=[2], H=[1], L=[64], S=[64], D=[64], dtype=["float16"]),
            limits=(Limit("device bytes", 4.0), Limit("device transactions", 6.0)),
            timed=gpu_gates.ATTENTION_PREFILL,
        ),
        _flash(
            "flash-causal",
            'mask="causal" hides the future, aligned at the bottom right, for L = S, L < S and L = 1',
            tier=EDGE,
            points=1,
            public=grid(lead=[(1,)], H_q=[4], H=[2], L=[1, 6], S=[6, 9], D=[32], dtype=_F32, mask=["word"]),
            hidden=grid(lead=[(2,)], H_q=[4], H=[2], L=[1, 34], S=[70], D=[64], dtype=CORE, mask=["word"]),
            mistakes=("mask-causal-ignored", "causal-top-left", *FLASH),
        ),
        _flash(
            "flash-mask-broadcast",
            "a mask [L, S], [1, 1, L, S] or [B, 1, L, S] is broadcast",
            tier=EDGE,
            points=1,
            public=grid(
                lead=[(2,)],
                H_q=[4],
                H=[2],
                L=[3],
                S=[5],
                D=[32],
                dtype=_F32,
                mask=["random"],
                mask_shape=["broadcast", "ones", "batch"],
            ),
            hidden=grid(
                lead=[(3,)],
                H_q=[4],
                H=[1],
                L=[4],
                S=[37],
                D=[64],
                dtype=CORE,
                mask=["holes"],
                mask_shape=["broadcast", "ones", "batch"],
            ),
            mistakes=("mask-ignored", "flash-mask-first-batch", *FLASH),
        ),
        _flash(
            "flash-blind-rows",
            "a query that may see no key spoils no other",
            tier=EDGE,
            points=0.5,
            public=grid(
                lead=[(1,)], H_q=[2], H=[2], L=[5], S=[6], D=[32], dtype=_F32, mask=["blind"], blind=[2]
            ),
            hidden=grid(
                lead=[(2,)], H_q=[4], H=[2], L=[6], S=[40], D=[64], dtype=CORE, mask=["blind"], blind=[0, 3]
            ),
            mistakes=(),
        ),
        _flash(
            "flash-leading-axes",
            "no batch axis and two batch axes work",
            tier=EDGE,
            points=0.5,
            public=grid(lead=[(), (2, 2)], H_q=[4], H=[2], L=[3], S=[4], D=[32], dtype=_F32),
            hidden=grid(lead=[(), (2, 3)], H_q=[4], H=[2], L=[3], S=[35], D=[64], dtype=CORE),
        ),
        _flash(
            "flash-head-dims",
            "head dims of 256, and of 80, work",
            tier=EDGE,
            points=0.5,
            public=grid(lead=[(1,)], H_q=[2], H=[1], L=[3], S=[6], D=[256, 80], dtype=_F32),
            hidden=grid(lead=[(1,)], H_q=[2], H=[2], L=[5], S=[37], D=[256, 80, 96], dtype=CORE),
        ),
        _flash(
            "flash-bfloat16",
            "bfloat16 works",
            tier=EDGE,
            points=1,
            public=grid(lead=[(1,)], H_q=[4], H=[2], L=[3], S=[5], D=[32], dtype=["bfloat16"]),
            hidden=grid(lead=[(2,)], H_q=[4], H=[2], L=[4], S=[40], D=[64], dtype=["bfloat16"]),
            mistakes=(),  # too coarse to tell them apart
        ),
        _flash(
            "flash-strided",
            "heads and positions swapped in memory, as a projection leaves them, are read by their strides",
            tier=EDGE,
            points=1,
            public=grid(
                lead=[(1,)],
                H_q=[4],
                H=[2],
                L=[3],
                S=[5],
                D=[32],
                dtype=_F32,
                strided=[("query", "key", "value"), ("query",), ("key",), ("value",)],
            ),
            hidden=grid(
                lead=[(2,)],
                H_q=[4],
                H=[2],
                L=[6],
                S=[35],
                D=[64],
                dtype=CORE,
                strided=[("query", "key", "value"), ("key", "value")],
            ),
            mistakes=("flash-strides-ignored",),
        ),
        _safe(
            "lockstep",
            "threads of one simdgroup exchange numbers by simd functions or behind a barrier, not by luck",
            tier=STYLE,
            public=grid(lead=[(1,)], H_q=[2], H=[1], L=[9], S=[40], D=[64], dtype=_F32),
            soft=True,
        ),
    ),
)
