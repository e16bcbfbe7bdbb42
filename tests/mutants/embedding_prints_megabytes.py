"""The tied head prints megabytes at each call."""

FAILS = ["1.5.2 embedding-as-linear"]
CHANGES = [
    (
        "embedding.py",
        "return linear(x, self.weight)",
        """\
print("debug " * 2_000_000)
        return linear(x, self.weight)""",
    ),
]
