"""The batch's mask is not used."""

WEEK = 2
FAILS = [
    "2.6 rows",
    "2.6 free-rows",
    "2.6 joins",
    "2.6 leaves",
    "2.6 several-tokens",
    "2.6 half-precision",
    "2.6 all-leave",
]
CHANGES = [
    (
        "qwen2_week2.py",
        "k, v, _, mask = cache.update_and_fetch(k, v, mask_length=L, mask=mask)",
        "k, v, _, _ = cache.update_and_fetch(k, v, mask_length=L, mask=mask)",
    ),
]
