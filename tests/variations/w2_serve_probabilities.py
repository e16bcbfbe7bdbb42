"""Tokens are chosen from log-probabilities that are normalised over the whole batch."""

WEEK = 2
CHANGES = [
    (
        "batch.py",
        """\
    return mx.argmax(logits[:, -1, :].astype(mx.float32), axis=-1).tolist()
""",
        """\
    newest = logits[:, -1, :].astype(mx.float32)
    return [int(row.argmax()) for row in newest - mx.logsumexp(newest)]
""",
    ),
]
