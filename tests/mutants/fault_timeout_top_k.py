"""The sampler hangs for one value of top_k: only the check that uses it fails."""

FAILS = ["1.7 top-k"]
CHANGES = [
    (
        "sampler.py",
        "    def sample(logprobs: mx.array) -> mx.array:\n",
        "    def sample(logprobs: mx.array) -> mx.array:\n        while top_k == 1:\n            pass\n",
    )
]
