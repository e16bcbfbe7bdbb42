"""sigmoid is 1 - 1 / (1 + exp(x)) in the dtype of x."""

FAILS = [
    "1.4.2 silu-negative",
    "1.4.2 silu-wide",
]
HINTS = {
    "1.4.2 silu-negative": "sigmoid was computed as 1 - 1 / (1 + exp(x)) in half precision",
}
CHANGES = [
    (
        "basics.py",
        "(wide * sigmoid).astype(x.dtype)",
        "x * (1 - 1 / (1 + mx.exp(x)))",
    ),
]
