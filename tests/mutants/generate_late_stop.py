"""The model is called once more after EOS."""

FAILS = [
    "1.6 stops-at-eos",
    "1.6 half-precision",
    "1.6 whole-model",
]
HINTS = {
    "1.6 stops-at-eos": "test for EOS before the next call",
}
CHANGES = [
    (
        "generate.py",
        "    detokenizer.finalize()",
        """\
    _next_token(model, tokens, sampler)
    detokenizer.finalize()""",
    ),
]
