"""Greedy sampling takes the least likely token."""

FAILS = [
    "1.7 greedy",
    "1.7 rows",
]
HINTS = {
    "1.7 greedy": "the least likely token was taken",
}
CHANGES = [
    (
        "sampler.py",
        "return mx.argmax(logprobs, axis=-1)",
        "return mx.argmin(logprobs, axis=-1)",
    ),
]
