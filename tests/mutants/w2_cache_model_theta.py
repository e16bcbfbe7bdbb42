"""rope_theta is not read."""

WEEK = 2
FAILS = [
    "2.1 decode",
    "2.1 settings",
]
CHANGES = [
    (
        "qwen2_week2.py",
        """\
            theta=args.rope_theta,
""",
        "",
    ),
]
