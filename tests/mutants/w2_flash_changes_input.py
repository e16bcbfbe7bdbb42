"""Doubles the caller's query after the attention."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "attention.py",
        """    return kernel(
        query,
""",
        """    out = kernel(
        query,
""",
    ),
    (
        "attention.py",
        """        causal,
    )
""",
        """        causal,
    )
    mx.eval(out)
    query *= 2
    return out
""",
    ),
]
FAILS = [
    "2.4 inputs-unchanged",
]
