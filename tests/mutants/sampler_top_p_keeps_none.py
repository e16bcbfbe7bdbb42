"""Where top_p leaves no token, everything is kept."""

FAILS = ["1.7 top-p-keeps-one"]
HINTS = {
    "1.7 top-p-keeps-one": "the cut is not made, or left no token",
}
CHANGES = [
    (
        "sampler.py",
        "mx.where(reached & ~first, -mx.inf, ranked)",
        "mx.where(mx.any(~reached, axis=-1, keepdims=True) & reached, -mx.inf, ranked)",
    ),
    (
        "sampler.py",
        "- probs >= top_p",
        "> top_p",
    ),
]
