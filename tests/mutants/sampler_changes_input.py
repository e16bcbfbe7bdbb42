"""Top-k cuts in the caller's array."""

FAILS = ["1.7 inputs-unchanged"]
CHANGES = [
    (
        "sampler.py",
        """\
        if top_k:
""",
        """\
        if top_k:
            cut = mx.sort(logprobs, axis=-1)[..., -top_k, None]
            logprobs[...] = mx.where(logprobs < cut, -mx.inf, logprobs)
""",
    ),
]
