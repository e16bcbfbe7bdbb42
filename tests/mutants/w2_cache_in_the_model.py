"""The model keeps caches of its own, which offset 0 empties."""

WEEK = 2
FAILS = [
    "2.1 caches-apart",
]
CHANGES = [
    (
        "qwen2_week2.py",
        "for layer, layer_cache in zip(self.layers, cache, strict=True):",
        """\
if offset == 0:
            self.own = cache
        cache = cache if isinstance(offset, list) else self.own
        for layer, layer_cache in zip(self.layers, cache, strict=True):""",
    ),
]
