"""With free rows, the mask is that of the first row."""

WEEK = 2
FAILS = [
    "2.6 free-rows",
    "2.6 leaves",
    "2.6 all-leave",
]
CHANGES = [
    (
        "kv_cache.py",
        """\
        visible = self._mask(L, S, keys.dtype)
""",
        """\
        visible = self._mask(L, S, keys.dtype)
        if None in self.lengths:
            visible = mx.repeat(visible[:1], B, axis=0)
""",
    ),
]
