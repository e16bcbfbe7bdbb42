"""max_seq_len is not looked at."""

WEEK = 2
FAILS = [
    "2.7 max-seq-len",
]
CHANGES = [
    (
        "batch.py",
        "    batch = _Batch(model, min(batch_size, len(requests)), max_seq_len)",
        "    batch = _Batch(model, min(batch_size, len(requests)), 10000)",
    ),
]
