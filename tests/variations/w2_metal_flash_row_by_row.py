"""Every query goes along all keys by itself."""

WEEK = 2
TASKS = [
    "2.5",
]
FAILS = [
    "2.5 traffic-prefill",
]
CHANGES = [
    (
        "kernels/flash_attention_metal.h",
        "rung = L < kFlashAttentionDecodeRows ? 1 : 2;",
        "rung = 1;",
    ),
]
