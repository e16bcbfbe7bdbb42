"""There are always batch_size rows, and a free one is fed what its last request left."""

WEEK = 2
CHANGES = [
    (
        "batch.py",
        "_Batch(model, min(batch_size, len(requests)), max_seq_len)",
        "_Batch(model, batch_size, max_seq_len)",
    ),
    (
        "batch.py",
        """\
        tokens = mx.array([[request.new_tokens[-1] if request else 0] for request in self.rows])
        offsets = [request.offset if request else 0 for request in self.rows]
""",
        """\
        for row, request in enumerate(self.rows):
            if request:
                self.fed[row], self.at[row] = request.new_tokens[-1], request.offset
        tokens, offsets = mx.array(self.fed)[:, None], list(self.at)
""",
    ),
    (
        "batch.py",
        """\
        self.rows: list[Request | None] = [None] * size
""",
        """\
        self.rows: list[Request | None] = [None] * size
        self.fed, self.at = [0] * size, [0] * size
""",
    ),
]
