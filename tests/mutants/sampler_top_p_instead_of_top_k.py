"""With top_p, top_k is ignored."""

FAILS = ["1.7 both-cuts"]
HINTS = {
    "1.7 both-cuts": "top_k is ignored",
}
CHANGES = [
    (
        "sampler.py",
        """\
        if top_k:
""",
        """\
        if top_k and top_p is None:
""",
    ),
]
