"""A small top_p is lowered without end."""

FAILS = ["1.7 top-p-keeps-one"]
CHANGES = [
    (
        "sampler.py",
        """\
        if top_p is not None and top_p < 1:
""",
        """\
        while top_p is not None and top_p < 0.1:
            top_p_next = top_p / 2  # noqa: F841
        if top_p is not None and top_p < 1:
""",
    ),
]
