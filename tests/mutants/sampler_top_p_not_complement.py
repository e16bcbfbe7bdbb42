"""The ascending sum is compared with top_p, not with 1 - top_p."""

FAILS = [
    "1.7 top-p",
    "1.7 top-p-keeps-one",
]
HINTS = {
    "1.7 top-p": "the ascending sum was compared with top_p",
}
CHANGES = [
    (
        "sampler.py",
        "mx.where(reached & ~first, -mx.inf, ranked)",
        "mx.where(mx.cumsum(probs, axis=-1, reverse=True) > top_p, ranked, -mx.inf)",
    ),
]
