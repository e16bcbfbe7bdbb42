"""The keys and values of this call are used in place of all."""

WEEK = 2
FAILS = [
    "2.1 decode",
    "2.1 prefill-in-parts",
    "2.1 own-head",
    "2.1 settings",
    "2.1 half-precision",
    "2.1 caches-apart",
    "2.1 bfloat16",
    "2.1 flash",
    "2.1 equal-rows",
    "2.1 whole-model",
]
HINTS = {
    "2.1 decode": "attention sees only the tokens of this call",
}
CHANGES = [
    (
        "qwen2_week2.py",
        "k, v, _, mask = cache.update_and_fetch(k, v, mask_length=L, mask=mask)",
        "_, _, _, mask = cache.update_and_fetch(k, v, mask_length=L, mask=mask)",
    ),
]
