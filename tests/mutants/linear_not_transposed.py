"""Linear takes w for [in, out]."""

FAILS = [
    "1.1.2 linear-values",
    "1.1.2 multi-head-values",
    "1.1.2 multi-head-mask",
    "1.1.2 linear-no-leading-axis",
    "1.1.2 multi-head-mask-broadcast",
]
HINTS = {
    "1.1.2 linear-values": "w was used as [in",
}
CHANGES = [
    (
        "basics.py",
        "y = x @ w.T",
        "y = x @ w",
    ),
]
