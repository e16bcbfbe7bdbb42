"""One token too few is kept, but for k = 1."""

FAILS = ["1.7 top-k"]
HINTS = {
    "1.7 top-k": "one token too few was kept",
}
CHANGES = [
    (
        "sampler.py",
        "mx.arange(vocab_size) < min(top_k, vocab_size)",
        "mx.arange(vocab_size) < max(1, top_k - 1)",
    ),
]
