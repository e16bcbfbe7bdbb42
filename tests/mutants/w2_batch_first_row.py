"""All rows have the position of row 0."""

WEEK = 2
FAILS = [
    "2.6 rows",
    "2.6 free-rows",
    "2.6 joins",
    "2.6 leaves",
    "2.6 several-tokens",
    "2.6 half-precision",
    "2.6 all-leave",
]
HINTS = {
    "2.6 rows": "all rows are rotated by the offset of row 0",
}
CHANGES = [
    (
        "qwen2_week2.py",
        "for layer, layer_cache in zip(self.layers, cache, strict=True):",
        """\
if isinstance(offset, list):
            offset = [offset[0]] * len(offset)
        for layer, layer_cache in zip(self.layers, cache, strict=True):""",
    ),
]
