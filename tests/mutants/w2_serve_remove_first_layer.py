"""A request leaves the first layer's cache only."""

WEEK = 2
FAILS = [
    "2.7 texts",
    "2.7 more-prompts",
    "2.7 feeds",
    "2.7 chunks",
    "2.7 together",
    "2.7 logits",
    "2.7 one-at-a-time",
    "2.7 max-seq-len",
    "2.7 whole-model",
]
CHANGES = [
    (
        "batch.py",
        """\
                for layer in self.cache:
""",
        """\
                for layer in self.cache[:1]:
""",
    ),
]
