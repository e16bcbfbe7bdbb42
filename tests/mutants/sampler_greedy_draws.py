"""temp=0 is taken for 1."""

FAILS = [
    "1.7 greedy",
    "1.7 rows",
]
CHANGES = [
    (
        "sampler.py",
        """\
        if temp == 0:
            return mx.argmax(logprobs, axis=-1)
""",
        "",
    ),
    (
        "sampler.py",
        "ranked / temp",
        "ranked / (temp or 1)",
    ),
]
