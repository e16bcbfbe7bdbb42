"""Every token is as likely as every other."""

FAILS = [
    "1.7 temperature",
    "1.7 top-k",
    "1.7 top-p",
    "1.7 top-p-keeps-one",
    "1.7 both-cuts",
    "1.7 rows",
]
HINTS = {
    "1.7 temperature": "tokens were drawn (nearly) uniformly",
}
CHANGES = [
    (
        "sampler.py",
        "mx.random.categorical(ranked / temp, axis=-1)",
        "mx.random.categorical(mx.zeros_like(ranked), axis=-1)",
    ),
]
