"""Token ids come as floats."""

FAILS = [
    "1.7 greedy",
    "1.7 rows",
]
CHANGES = [
    (
        "sampler.py",
        "return mx.argmax(logprobs, axis=-1)",
        "return mx.argmax(logprobs, axis=-1).astype(mx.float32)",
    ),
]
