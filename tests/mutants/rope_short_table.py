"""RoPE knows 2048 positions, whatever seq_len says."""

FAILS = ["1.2.2 rope-long"]
CHANGES = [
    (
        "positional_encoding.py",
        "self.seq_len = seq_len",
        "self.seq_len = min(seq_len, 2048)",
    ),
]
