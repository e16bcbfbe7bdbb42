"""Computes scores before the keys are loaded."""

WEEK = 2
TASKS = [
    "2.5",
]
CHANGES = [
    (
        "kernels/flash_attention.metal",
        """d0, p.D, thread_index, tile);
      threadgroup_barrier(mem_flags::mem_threadgroup);
      const uint channels""",
        """d0, p.D, thread_index, tile);
      const uint channels""",
    ),
]
FAILS = [
    "2.5 flash-values",
    "2.5 flash-grouped",
    "2.5 flash-lengths",
    "2.5 flash-rising-scores",
    "2.5 flash-mask",
    "2.5 flash-hidden-keys",
    "2.5 flash-scale",
    "2.5 flash-large-scores",
    "2.5 safe",
    "2.5 flash-causal",
    "2.5 flash-mask-broadcast",
    "2.5 flash-blind-rows",
    "2.5 flash-head-dims",
    "2.5 flash-bfloat16",
    "2.5 flash-strided",
    "2.5 lockstep",
]
