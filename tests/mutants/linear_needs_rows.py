"""Linear needs an axis of rows: a single vector raises."""

FAILS = ["1.1.2 linear-no-leading-axis"]
CHANGES = [
    (
        "basics.py",
        "y = x @ w.T",
        "y = mx.zeros((*x.shape[:-2], x.shape[-2], w.shape[0]), x.dtype) + x @ w.T",
    ),
]
