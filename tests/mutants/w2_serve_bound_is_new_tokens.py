"""max_seq_len bounds the new tokens."""

WEEK = 2
FAILS = [
    "2.7 max-seq-len",
]
CHANGES = [
    (
        "batch.py",
        "return request.is_done or request.offset >= self.max_seq_len",
        "return request.is_done or len(request.new_tokens) >= self.max_seq_len",
    ),
    (
        "batch.py",
        "[BatchingKvCache(size, max_seq_len)",
        "[BatchingKvCache(size, 2 * max_seq_len)",
    ),
]
