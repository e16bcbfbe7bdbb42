"""Takes a scale of 0 for none."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "attention.py",
        "query.shape[-1] ** -0.5 if scale is None else scale,",
        "scale or query.shape[-1] ** -0.5,",
    ),
]
FAILS = [
    "2.4 flash-scale-zero",
]
HINTS = {
    "2.4 flash-scale-zero": "scale = 0 was taken for 'not given'",
}
