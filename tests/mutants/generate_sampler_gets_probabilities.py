"""The sampler is given probabilities."""

FAILS = ["1.6 sampler-gets-logprobs"]
HINTS = {
    "1.6 sampler-gets-logprobs": "probabilities were passed on",
}
CHANGES = [
    (
        "generate.py",
        "sampler(logits - mx.logsumexp(logits, axis=-1, keepdims=True))",
        "sampler(mx.softmax(logits, axis=-1))",
    ),
]
