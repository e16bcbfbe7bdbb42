"""RMSNorm sums the squares."""

FAILS = [
    "1.4.1 norm-values",
    "1.4.1 norm-eps",
    "1.4.1 norm-float32-inside",
    "1.4.1 norm-default-eps",
    "1.4.1 norm-no-leading-axis",
]
HINTS = {
    "1.4.1 norm-values": "the squares were summed",
}
CHANGES = [
    (
        "layer_norm.py",
        "mx.mean(mx.square(wide)",
        "mx.sum(mx.square(wide)",
    ),
]
