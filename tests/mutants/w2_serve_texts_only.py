"""The texts come without their indices."""

WEEK = 2
FAILS = [
    "2.7 texts",
    "2.7 more-prompts",
    "2.7 eos",
    "2.7 chunks",
    "2.7 together",
    "2.7 one-at-a-time",
    "2.7 max-seq-len",
    "2.7 whole-model",
]
CHANGES = [
    (
        "batch.py",
        "return [(request.prompt_idx, request.text()) for request in requests]",
        "return [request.text() for request in requests]",
    ),
]
