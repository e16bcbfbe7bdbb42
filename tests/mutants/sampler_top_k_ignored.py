"""top_k is ignored."""

FAILS = [
    "1.7 top-k",
    "1.7 both-cuts",
    "1.7 rows",
]
HINTS = {
    "1.7 top-k": "top_k is ignored",
    "1.7 both-cuts": "top_k is ignored",
}
CHANGES = [
    (
        "sampler.py",
        """\
        if top_k:
""",
        """\
        if False:
""",
    ),
]
