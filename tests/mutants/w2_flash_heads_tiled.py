"""Tiles the KV heads in place of repeating them."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "const float* keys = k + (h / s.group) * s.S * s.D;",
        "const float* keys = k + (h % (s.heads / s.group)) * s.S * s.D;",
    ),
    (
        "kernels/flash_attention.cpp",
        "const float* values = v + (h / s.group) * s.S * s.D;",
        "const float* values = v + (h % (s.heads / s.group)) * s.S * s.D;",
    ),
]
FAILS = [
    "2.4 flash-grouped",
    "2.4 flash-rising-scores",
    "2.4 flash-mask",
    "2.4 flash-hidden-keys",
    "2.4 flash-causal",
    "2.4 flash-mask-broadcast",
    "2.4 flash-blind-rows",
    "2.4 flash-scale-zero",
    "2.4 flash-leading-axes",
    "2.4 flash-bfloat16",
    "2.4 flash-strided",
]
HINTS = {
    "2.4 flash-rising-scores": "KV heads were tiled",
}
