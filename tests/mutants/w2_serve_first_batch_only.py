"""Only as many prompts as rows are answered."""

WEEK = 2
FAILS = [
    "2.7 texts",
    "2.7 more-prompts",
    "2.7 eos",
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
    waiting = deque(requests)
""",
        """\
    waiting = deque(requests[:batch_size])
""",
    ),
]
