"""The sum runs over log-probabilities."""

FAILS = [
    "1.7 top-p",
    "1.7 top-p-keeps-one",
    "1.7 both-cuts",
    "1.7 rows",
]
HINTS = {
    "1.7 top-p": "top_p is ignored, or the sum ran over log-probabilities",
}
CHANGES = [
    (
        "sampler.py",
        "probs = softmax(ranked, axis=-1)",
        "probs = ranked",
    ),
]
