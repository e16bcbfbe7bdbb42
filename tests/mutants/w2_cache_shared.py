"""All layers write into the first cache."""

WEEK = 2
FAILS = [
    "2.1 decode",
    "2.1 prefill-in-parts",
    "2.1 own-head",
    "2.1 half-precision",
    "2.1 caches-apart",
    "2.1 bfloat16",
    "2.1 flash",
    "2.1 equal-rows",
    "2.1 whole-model",
]
HINTS = {
    "2.1 decode": "all layers write into one cache",
}
CHANGES = [
    (
        "qwen2_week2.py",
        "h = layer(h, offset, layer_cache)",
        "h = layer(h, offset, cache[0])",
    ),
]
