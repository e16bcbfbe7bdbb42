"""prefill_step is not looked at."""

WEEK = 2
FAILS = [
    "2.7 chunks",
]
CHANGES = [
    (
        "batch.py",
        "piece = self.prompt_tokens[self.offset : self.offset + self.prefill_max_step]",
        "piece = self.prompt_tokens[self.offset :]",
    ),
]
