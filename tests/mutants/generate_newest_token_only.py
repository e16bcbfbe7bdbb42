"""After the first step only the newest token is fed, without a cache."""

FAILS = [
    "1.6 feeds-whole-sequence",
    "1.6 uses-sampler",
    "1.6 half-precision",
    "1.6 whole-model",
]
HINTS = {
    "1.6 feeds-whole-sequence": "only the newest token was fed",
}
CHANGES = [
    (
        "generate.py",
        "_next_token(model, tokens, sampler)) !=",
        "_next_token(model, tokens[-1:] if segments else tokens, sampler)) !=",
    ),
]
