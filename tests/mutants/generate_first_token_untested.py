"""EOS is not tested at the first token."""

FAILS = ["1.6 stops-at-eos"]
CHANGES = [
    (
        "generate.py",
        "_next_token(model, tokens, sampler)) != tokenizer.eos_token_id:",
        "_next_token(model, tokens, sampler)) != tokenizer.eos_token_id or not segments:",
    ),
]
