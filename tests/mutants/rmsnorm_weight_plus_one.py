"""RMSNorm multiplies with 1 + weight."""

FAILS = [
    "1.4.1 norm-values",
    "1.4.1 norm-eps",
    "1.4.1 norm-float32-inside",
    "1.4.1 norm-default-eps",
    "1.4.1 norm-no-leading-axis",
]
HINTS = {
    "1.4.1 norm-values": "the result was multiplied with 1 + weight",
}
CHANGES = [
    (
        "layer_norm.py",
        " * self.weight)",
        " * (1 + self.weight))",
    ),
]
