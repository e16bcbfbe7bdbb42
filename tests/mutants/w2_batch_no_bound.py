"""max_seq_len is not looked at."""

WEEK = 2
FAILS = [
    "2.6 too-many-tokens",
]
CHANGES = [
    (
        "kv_cache.py",
        "if longest + L > self.max_seq_len:",
        "if longest + L > 10 * self.max_seq_len:",
    ),
    (
        "kv_cache.py",
        "if length > self.max_seq_len:",
        "if length > 10 * self.max_seq_len:",
    ),
]
