"""The text is decoded at the end; offsets are an array."""

WEEK = 2
CHANGES = [
    (
        "batch.py",
        """\
        return "".join([*segments, detokenizer.last_segment])
""",
        """\
        return self.tokenizer.decode(self.new_tokens)
""",
    ),
    (
        "batch.py",
        "waiting = deque(requests)",
        "waiting = deque(sorted(requests, key=lambda r: (len(r.prompt_tokens) > 64, r.prompt_idx)))",
    ),
]
