"""All layers get the same cache."""

WEEK = 2
FAILS = [
    "2.1 generate-feeds",
    "2.1 whole-model",
]
HINTS = {
    "2.1 generate-feeds": "make a cache for every layer",
}
CHANGES = [
    (
        "generate.py",
        "[TinyKvFullCache() for _ in range(model.num_hidden_layers)]",
        "[TinyKvFullCache()] * model.num_hidden_layers",
    ),
]
