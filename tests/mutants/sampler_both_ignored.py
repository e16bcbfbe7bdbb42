"""With both, neither cuts."""

FAILS = ["1.7 both-cuts"]
HINTS = {
    "1.7 both-cuts": "both are ignored",
}
CHANGES = [
    (
        "sampler.py",
        "    def sample(",
        """\
    if top_k and top_p is not None:
        top_k = top_p = None

    def sample(""",
    ),
]
