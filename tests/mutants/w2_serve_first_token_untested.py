"""The first token is not tested for EOS."""

WEEK = 2
FAILS = [
    "2.7 eos",
    "2.7 one-at-a-time",
]
CHANGES = [
    (
        "batch.py",
        "if int(token) == self.tokenizer.eos_token_id:",
        "if update_offset and int(token) == self.tokenizer.eos_token_id:",
    ),
]
