"""RMSNorm takes the mean over axis 1 of 2: a single vector raises."""

FAILS = ["1.4.1 norm-no-leading-axis"]
CHANGES = [
    (
        "layer_norm.py",
        "wide = x.astype(mx.float32)",
        """\
rows, _ = x.shape[-2:]
        wide = x.astype(mx.float32)""",
    ),
]
