"""mx.random.categorical is given probabilities."""

FAILS = [
    "1.7 temperature",
    "1.7 top-k",
    "1.7 top-p",
    "1.7 top-p-keeps-one",
    "1.7 both-cuts",
    "1.7 rows",
]
CHANGES = [
    (
        "sampler.py",
        "mx.random.categorical(ranked / temp, axis=-1)",
        "mx.random.categorical(mx.exp(ranked / temp), axis=-1)",
    ),
]
