"""The tokens are sorted in ascending order."""

FAILS = [
    "1.7 top-k",
    "1.7 top-p",
    "1.7 top-p-keeps-one",
    "1.7 both-cuts",
    "1.7 rows",
]
HINTS = {
    "1.7 top-k": "the k least likely tokens were kept",
}
CHANGES = [
    (
        "sampler.py",
        "mx.argsort(-logprobs, axis=-1)",
        "mx.argsort(logprobs, axis=-1)",
    ),
]
