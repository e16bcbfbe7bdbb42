"""The ids are overwritten."""

WEEK = 2
FAILS = [
    "2.1 inputs-unchanged",
]
CHANGES = [
    (
        "qwen2_week2.py",
        """\
        h = self.embedding.rows(inputs)
""",
        """\
        h = self.embedding.rows(inputs)
        mx.eval(h)
        inputs[:, :] = 0
""",
    ),
]
