"""The block does not pass theta on."""

FAILS = ["1.5.1 block-settings"]
HINTS = {
    "1.5.1 block-settings": "the theta that is passed in is ignored",
}
CHANGES = [
    (
        "qwen2_week1.py",
        """\
            theta=theta,
        )
        self.post""",
        """\
        )
        self.post""",
    ),
]
