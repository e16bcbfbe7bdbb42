"""RMSNorm computes in the dtype of x."""

FAILS = ["1.4.1 norm-float32-inside"]
CHANGES = [
    (
        "layer_norm.py",
        "wide = x.astype(mx.float32)",
        "wide = x",
    ),
]
