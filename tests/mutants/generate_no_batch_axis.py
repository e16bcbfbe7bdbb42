"""The model is called with ids without a batch axis."""

FAILS = [
    "1.6 feeds-whole-sequence",
    "1.6 stops-at-eos",
    "1.6 uses-sampler",
    "1.6 sampler-gets-logprobs",
    "1.6 half-precision",
    "1.6 prints-text",
    "1.6 whole-model",
]
CHANGES = [
    (
        "generate.py",
        "mx.array([tokens])",
        "mx.array(tokens)",
    ),
]
