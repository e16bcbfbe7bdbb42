"""Only the first call has a mask."""

WEEK = 2
FAILS = [
    "2.1 prefill-in-parts",
    "2.1 own-head",
    "2.1 settings",
    "2.1 half-precision",
    "2.1 caches-apart",
    "2.1 bfloat16",
    "2.1 flash",
    "2.1 equal-rows",
]
HINTS = {
    "2.1 prefill-in-parts": "only the first call has a causal mask",
}
CHANGES = [
    (
        "qwen2_week2.py",
        "k, v, _, mask = cache.update_and_fetch(k, v, mask_length=L, mask=mask)",
        """\
mask = None if isinstance(offset, int) and offset > 0 else mask
        k, v, _, mask = cache.update_and_fetch(k, v, mask_length=L, mask=mask)""",
    ),
]
