"""Multi-head attention scales the caller's query in place."""

FAILS = ["1.1.2 inputs-unchanged"]
CHANGES = [
    (
        "attention.py",
        "        q = self._split_heads(linear(query, self.wq))",
        """\
        query *= self.head_dim**-0.5
        q = self._split_heads(linear(query, self.wq))""",
    ),
    (
        "attention.py",
        "(q, k, v, mask=mask)",
        "(q, k, v, scale=1.0, mask=mask)",
    ),
]
