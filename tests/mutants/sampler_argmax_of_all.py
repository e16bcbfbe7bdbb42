"""Greedy sampling takes the maximum over the whole batch."""

FAILS = ["1.7 rows"]
CHANGES = [
    (
        "sampler.py",
        "mx.argmax(logprobs, axis=-1)",
        "mx.argmax(logprobs)",
    ),
]
