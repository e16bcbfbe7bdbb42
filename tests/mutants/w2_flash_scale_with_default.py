"""Multiplies the scale with the default."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "attention.py",
        "query.shape[-1] ** -0.5 if scale is None else scale,",
        "query.shape[-1] ** -0.5 * (1.0 if scale is None else scale),",
    ),
]
FAILS = [
    "2.4 flash-scale",
]
HINTS = {
    "2.4 flash-scale": "scale was multiplied with D ** -0.5",
}
