"""The likeliest token of the whole batch is taken."""

WEEK = 2
FAILS = [
    "2.7 texts",
    "2.7 more-prompts",
    "2.7 eos",
    "2.7 feeds",
    "2.7 chunks",
    "2.7 together",
    "2.7 logits",
    "2.7 max-seq-len",
    "2.7 whole-model",
]
CHANGES = [
    (
        "batch.py",
        "    return mx.argmax(logits[:, -1, :].astype(mx.float32), axis=-1).tolist()",
        """\
    newest = logits[:, -1, :].astype(mx.float32)
    return [int(mx.argmax(newest)) % newest.shape[1]] * newest.shape[0]""",
    ),
]
