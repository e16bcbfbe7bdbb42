"""Every step has new caches."""

WEEK = 2
FAILS = [
    "2.1 generate-feeds",
    "2.1 whole-model",
]
HINTS = {
    "2.1 generate-feeds": "make the caches before the loop",
}
CHANGES = [
    (
        "generate.py",
        """\
    while True:
        newest""",
        """\
    while True:
        cache = [TinyKvFullCache() for _ in range(model.num_hidden_layers)]
        newest""",
    ),
]
