"""Top-k sorts along the batch axis."""

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
        if top_k:
            unlikely = mx.argpartition(-logprobs, kth=top_k - 1, axis=0)[top_k:]
            logprobs = mx.put_along_axis(logprobs, unlikely, mx.array(-mx.inf), axis=0)
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
]
