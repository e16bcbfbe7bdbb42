"""All is done in the caller's array, and top-k writes to rows numbered like tokens: past its end."""

FAILS = [
    "1.7 top-k",
    "1.7 both-cuts",
    "1.7 rows",
    "1.7 inputs-unchanged",
]
CHANGES = [
    (
        "sampler.py",
        """\
        order = mx.argsort(-logprobs, axis=-1)  # rank -> id
""",
        """\
        logprobs /= temp
        if top_k:
            unlikely = mx.argpartition(-logprobs, kth=top_k - 1, axis=-1)[:, top_k:]
            logprobs[unlikely] = -mx.inf
        order = mx.argsort(-logprobs, axis=-1)  # rank -> id
""",
    ),
    (
        "sampler.py",
        """\
        if top_k:
            ranked = _keep_top_k(ranked, top_k)
""",
        "",
    ),
    (
        "sampler.py",
        "ranked / temp",
        "ranked",
    ),
]
