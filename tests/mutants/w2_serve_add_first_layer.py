"""A request joins the first layer with the others' caches."""

WEEK = 2
FAILS = [
    "2.7 logits",
]
CHANGES = [
    (
        "batch.py",
        """\
            layer.add_request(own, row)
""",
        """\
            layer.add_request(request.cache[0], row)
""",
    ),
]
