"""Lists that several days of Week 2 share: dtypes, reasons and names of mistakes."""

from __future__ import annotations

from grader.result import Tier

CORE = ("float32", "float16")  # what a kernel has to take
HALF = ("float16", "bfloat16")
EDGE, STYLE = Tier.EDGE, Tier.STYLE

NOT_YET = "not graded yet"
METAL = "Metal kernels are not graded on this system yet"
