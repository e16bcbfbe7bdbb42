"""All rows take the token of row 0."""

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
        "request.decode_done(chosen[row])",
        "request.decode_done(chosen[0])",
    ),
]
