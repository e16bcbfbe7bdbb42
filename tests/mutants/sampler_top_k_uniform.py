"""The k most likely tokens are drawn uniformly."""

FAILS = ["1.7 top-k"]
HINTS = {"1.7 top-k": "the k most likely tokens were drawn uniformly"}
CHANGES = [
    (
        "sampler.py",
        "min(top_k, vocab_size), ranked, -mx.inf)",
        "min(top_k, vocab_size), mx.zeros_like(ranked), -mx.inf)",
    ),
]
