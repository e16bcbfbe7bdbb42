"""The model goes through numpy, which has no bfloat16."""

FAILS = ["1.5.3 model-bfloat16"]
CHANGES = [
    (
        "qwen2_week1.py",
        """\
        h = self.norm(h)
""",
        """\
        h = self.norm(mx.array(np.array(h)))
""",
    ),
    (
        "qwen2_week1.py",
        """\
import mlx.core as mx
""",
        """\
import mlx.core as mx
import numpy as np
""",
    ),
]
