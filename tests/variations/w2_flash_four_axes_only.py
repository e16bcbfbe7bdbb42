"""Takes exactly one batch axis."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "if (query.ndim() < 3 ||",
        "if (query.ndim() != 4 ||",
    ),
]
