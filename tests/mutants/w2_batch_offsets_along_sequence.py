"""Rows are rotated one after the other along the sequence."""

WEEK = 2
FAILS = [
    "2.6 rows",
    "2.6 free-rows",
    "2.6 joins",
    "2.6 leaves",
    "2.6 several-tokens",
    "2.6 half-precision",
    "2.6 all-leave",
]
CHANGES = [
    (
        "qwen2_week2.py",
        "q, k = self.rotate(q, offset), self.rotate(k, offset)",
        """\
if isinstance(offset, list):
            where = [o + i for o in offset for i in range(L)]
            turned = [[self.rotate(x[b : b + 1], where[0] + b) for b in range(x.shape[0])] for x in (q, k)]
            q, k = (mx.concatenate(rows) for rows in turned)
        else:
            q, k = self.rotate(q, offset), self.rotate(k, offset)""",
    ),
]
