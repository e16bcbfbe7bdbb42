"""The grouped result is flattened with the axes of its groups exchanged."""

FAILS = [
    "1.3.1 grouped-values",
    "1.3.1 grouped-scale",
    "1.3.1 grouped-mask",
    "1.3.1 grouped-causal",
    "1.3.1 grouped-leading-axes",
    "1.3.1 grouped-mask-broadcast",
    "1.3.1 grouped-scale-zero",
]
CHANGES = [
    (
        "attention.py",
        "return out.flatten(-4, -3)",
        "return out.swapaxes(-4, -3).flatten(-4, -3)",
    ),
]
