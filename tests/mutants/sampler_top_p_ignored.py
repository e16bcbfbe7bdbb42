"""top_p is ignored."""

FAILS = [
    "1.7 top-p",
    "1.7 top-p-keeps-one",
    "1.7 both-cuts",
    "1.7 rows",
]
HINTS = {
    "1.7 top-p": "top_p is ignored",
}
CHANGES = [
    (
        "sampler.py",
        "if top_p is not None and top_p < 1:",
        "if False:",
    ),
]
