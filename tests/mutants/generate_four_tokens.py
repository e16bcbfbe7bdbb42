"""Generation ends after four tokens."""

FAILS = [
    "1.6 feeds-whole-sequence",
    "1.6 uses-sampler",
    "1.6 prints-text",
    "1.6 whole-model",
]
CHANGES = [
    (
        "generate.py",
        "_next_token(model, tokens, sampler)) != tokenizer.eos_token_id:",
        "_next_token(model, tokens, sampler)) != tokenizer.eos_token_id and len(segments) < 4:",
    ),
]
