"""Grouped attention does not pass the mask on."""

FAILS = [
    "1.3.1 grouped-mask",
    "1.3.1 grouped-causal",
    "1.3.1 grouped-leading-axes",
    "1.3.1 grouped-mask-broadcast",
]
HINTS = {
    "1.3.1 grouped-mask": "the mask is ignored",
}
CHANGES = [
    (
        "attention.py",
        """\
        mask=mask,
""",
        "",
    ),
]
