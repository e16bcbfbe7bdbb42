"""What is left of a prompt after whole pieces is not fed."""

WEEK = 2
FAILS = [
    "2.7 texts",
    "2.7 more-prompts",
    "2.7 chunks",
    "2.7 together",
    "2.7 max-seq-len",
    "2.7 whole-model",
]
CHANGES = [
    (
        "batch.py",
        "return self.offset >= len(self.prompt_tokens)",
        "return self.offset >= max(1, len(self.prompt_tokens) // self.prefill_max_step * self.prefill_max_step)",
    ),
]
