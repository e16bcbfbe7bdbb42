"""Adds the mask before it scales."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "scores[j] = dot(q, k + key * s.D, s.D) * s.scale;",
        "scores[j] = dot(q, k + key * s.D, s.D);",
    ),
    (
        "kernels/flash_attention.cpp",
        "if (mask) scores[j] += mask[key * mask_stride];",
        """if (mask) scores[j] += mask[key * mask_stride];
      scores[j] *= s.scale;""",
    ),
]
FAILS = [
    "2.4 flash-mask",
    "2.4 flash-mask-broadcast",
]
HINTS = {
    "2.4 flash-mask": "the mask was added before scaling",
}
