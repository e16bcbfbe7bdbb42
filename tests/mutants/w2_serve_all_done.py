"""All rows end when one is done."""

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
        "        return request.is_done or request.offset >= self.max_seq_len",
        """\
        self.over = getattr(self, 'over', False) or request.is_done
        return self.over or request.offset >= self.max_seq_len""",
    ),
]
