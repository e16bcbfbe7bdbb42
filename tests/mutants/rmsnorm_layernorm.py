"""RMSNorm takes the mean off, as LayerNorm does."""

FAILS = [
    "1.4.1 norm-values",
    "1.4.1 norm-eps",
    "1.4.1 norm-float32-inside",
    "1.4.1 norm-default-eps",
    "1.4.1 norm-no-leading-axis",
]
HINTS = {
    "1.4.1 norm-values": "the mean was subtracted",
}
CHANGES = [
    (
        "layer_norm.py",
        "wide = x.astype(mx.float32)",
        """\
wide = x.astype(mx.float32)
        wide = wide - mx.mean(wide, axis=-1, keepdims=True)""",
    ),
]
