"""A token does not see itself."""

FAILS = [
    "1.3.2 mask-square",
    "1.3.2 mask-bottom-right",
    "1.3.1 grouped-causal",
    "1.3.1 grouped-leading-axes",
]
HINTS = {
    "1.3.2 mask-square": "the diagonal is masked too",
    "1.3.2 mask-bottom-right": "the diagonal is masked too",
}
CHANGES = [
    (
        "attention.py",
        "mx.arange(S) <= last_visible",
        "mx.arange(S) < last_visible",
    ),
]
