"""Does not know mask="causal": the course asks for arrays."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "attention.py",
        """    causal = isinstance(mask, str)
""",
        """    causal = False
    if isinstance(mask, str):
        raise ValueError("the mask must be an array")
""",
    ),
    (
        "attention.py",
        """    if causal and mask != "causal":
        raise ValueError(f'the mask is {mask!r}, must be None, an array or "causal"')
""",
        "",
    ),
]
