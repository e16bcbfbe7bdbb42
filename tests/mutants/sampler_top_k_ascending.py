"""The k least likely tokens are kept."""

FAILS = [
    "1.7 top-k",
    "1.7 both-cuts",
    "1.7 rows",
]
HINTS = {
    "1.7 top-k": "the k least likely tokens were kept",
}
CHANGES = [
    (
        "sampler.py",
        "mx.arange(vocab_size) < min(top_k, vocab_size)",
        "mx.arange(vocab_size) >= vocab_size - top_k",
    ),
]
