"""The Python side does not know mask="causal"."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "attention.py",
        """    causal = isinstance(mask, str)
""",
        """    causal = False
""",
    ),
]
FAILS = [
    "2.4 flash-causal",
]
