"""Positions are one array for every call, and MLX rotates."""

WEEK = 2
CHANGES = [
    (
        "qwen2_week2.py",
        """\
        q, k = self.rotate(q, offset), self.rotate(k, offset)
""",
        """\
        where = mx.array(offset if isinstance(offset, list) else [offset] * x.shape[0])
        q, k = (
            mx.fast.rope(t, self.head_dim, traditional=False, base=self.theta, scale=1.0, offset=where)
            for t in (q, k)
        )
""",
    ),
    (
        "qwen2_week2.py",
        """\
        self.rotate = _rope(self.head_dim, max_seq_len, theta)
""",
        """\
        self.theta = theta
""",
    ),
]
