"""A token sees its successor."""

FAILS = [
    "1.3.2 mask-square",
    "1.3.2 mask-bottom-right",
    "1.3.1 grouped-causal",
    "1.3.1 grouped-leading-axes",
]
HINTS = {
    "1.3.2 mask-square": "every row sees one key too many",
}
CHANGES = [
    (
        "attention.py",
        "+ (S - L)",
        "+ (S - L) + 1",
    ),
]
