"""The logits go through numpy, which has no bfloat16."""

FAILS = ["1.6 half-precision"]
CHANGES = [
    (
        "generate.py",
        "model(mx.array([tokens]))[:, -1, :]",
        "mx.array(np.array(model(mx.array([tokens]))))[:, -1, :]",
    ),
    (
        "generate.py",
        """\
import mlx.core as mx
""",
        """\
import mlx.core as mx
import numpy as np
""",
    ),
]
