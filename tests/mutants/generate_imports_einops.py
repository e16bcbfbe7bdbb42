"""A file imports a package that is not installed and uses it."""

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
        """\
import mlx.core as mx
""",
        """\
import mlx.core as mx
from einops import rearrange
""",
    ),
    (
        "generate.py",
        "return mx.argmax(logits, axis=-1).item()",
        'return mx.argmax(rearrange(logits, "b v -> b v"), axis=-1).item()',
    ),
]
