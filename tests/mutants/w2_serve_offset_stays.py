"""Offsets do not grow while decoding."""

WEEK = 2
FAILS = [
    "2.7 feeds",
    "2.7 logits",
    "2.7 max-seq-len",
    "2.7 whole-model",
]
CHANGES = [
    (
        "batch.py",
        """\
        if update_offset:
            self.offset += 1
""",
        "",
    ),
]
