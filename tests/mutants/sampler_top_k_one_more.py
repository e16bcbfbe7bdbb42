"""One token too many is kept."""

FAILS = [
    "1.7 top-k",
    "1.7 rows",
]
HINTS = {
    "1.7 top-k": "one token too many was kept",
}
CHANGES = [
    (
        "sampler.py",
        "mx.arange(vocab_size) < min(top_k, vocab_size)",
        "mx.arange(vocab_size) <= min(top_k, vocab_size)",
    ),
]
