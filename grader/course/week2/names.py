"""Lists that several days of Week 2 share: dtypes, reasons and names of mistakes."""

from __future__ import annotations

from grader.course.week1.names import HEADS, SCALES
from grader.result import Tier

CORE = ("float32", "float16")  # what a kernel has to take
HALF = ("float16", "bfloat16")
EDGE, STYLE = Tier.EDGE, Tier.STYLE

NOT_YET = "not graded yet"
METAL = "Metal kernels are not graded on this system yet"

MATMUL = (
    "qmm-no-bias",
    "qmm-no-scale",
    "qmm-bias-scaled",
    "qmm-bias-subtracted",
    "qmm-swapped",
    "qmm-nibbles-reversed",
    "qmm-bytes-swapped",
    "qmm-signed",
    "qmm-three-bits",
)
# where a loop ends, and which scale it takes: told apart on products with more than one group and row
LOOPS = (
    "qmm-first-group",
    "qmm-first-row",
    "qmm-scales-transposed",
    "qmm-last-group-left-out",
    "qmm-last-word-left-out",
    "qmm-last-number-left-out",
)
ONLINE = ("flash-sum", "flash-output", "flash-both")
KEYS = (
    "flash-last-block-left-out",
    "flash-last-key-left-out",
    "flash-padding-counted",
)
HIDDEN = ("flash-hidden-block",)
FLASH_MASKS = ("mask-ignored", "mask-subtracted", "mask-before-scale", "flash-mask-multiplied")
MASK_AXES = ("flash-mask-first-head", "flash-mask-first-batch", "flash-mask-first-row")
FLASH = (*HEADS, *SCALES, "softmax-over-queries", "softmax-missing", "flash-not-divided")
