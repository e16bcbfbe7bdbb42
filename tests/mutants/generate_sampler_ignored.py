"""The sampler is never called."""

FAILS = [
    "1.6 uses-sampler",
    "1.6 sampler-gets-logprobs",
]
HINTS = {
    "1.6 uses-sampler": "the sampler was never called",
}
CHANGES = [
    (
        "generate.py",
        "if sampler is None:",
        "if True:",
    ),
]
