"""Scores are computed in the input's dtype, scaled up before they are scaled down."""

WEEK = 2
FAILS = [
    "2.1 half-precision",
]
CHANGES = [
    (
        "qwen2_week2.py",
        "out = self.attend(q, k, v, mask=mask)",
        """\
if q.dtype == mx.float16:
            q = (q * 256) * 256 / 65536
        out = self.attend(q, k, v, mask=mask)""",
    ),
]
