"""The sum runs over ascending probabilities and the unlikely ones are kept."""

FAILS = [
    "1.7 top-p",
    "1.7 top-p-keeps-one",
    "1.7 both-cuts",
    "1.7 rows",
]
HINTS = {
    "1.7 top-p": "the tokens were sorted in ascending order",
}
CHANGES = [
    (
        "sampler.py",
        "mx.where(reached & ~first, -mx.inf, ranked)",
        "mx.where(mx.cumsum(probs, axis=-1, reverse=True) <= top_p, ranked, -mx.inf)",
    ),
]
