"""Without a sampler there is an error."""

FAILS = [
    "1.6 feeds-whole-sequence",
    "1.6 stops-at-eos",
    "1.6 half-precision",
    "1.6 prints-text",
    "1.6 whole-model",
]
CHANGES = [
    (
        "generate.py",
        "if sampler is None:",
        "if False:",
    ),
]
