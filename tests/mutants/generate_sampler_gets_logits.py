"""The sampler is given logits."""

FAILS = ["1.6 sampler-gets-logprobs"]
HINTS = {
    "1.6 sampler-gets-logprobs": "the logits were passed on as they are",
}
CHANGES = [
    (
        "generate.py",
        "sampler(logits - mx.logsumexp(logits, axis=-1, keepdims=True))",
        "sampler(logits)",
    ),
]
