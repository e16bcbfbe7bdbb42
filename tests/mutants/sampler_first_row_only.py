"""Only the first row of a batch is sampled."""

FAILS = ["1.7 rows"]
CHANGES = [
    (
        "sampler.py",
        "        if temp == 0:",
        """\
        logprobs = logprobs[:1]
        if temp == 0:""",
    ),
]
