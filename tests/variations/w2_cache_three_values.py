"""Caches return keys, values and the mask, and have other arguments."""

WEEK = 2
CHANGES = [
    (
        "qwen2_week2.py",
        "k, v, _, mask = cache.update_and_fetch(k, v, mask_length=L, mask=mask)",
        "k, v, mask = cache.update_and_fetch(k, v, mask)",
    ),
    (
        "kv_cache.py",
        """\
        key: mx.array,
        value: mx.array,
        mask_length: int | None = None,
        mask: mx.array | str | None = None,
""",
        """\
        key: mx.array,
        value: mx.array,
        mask: mx.array | str | None = None,
""",
    ),
    (
        "kv_cache.py",
        """\
        keys: mx.array,
        values: mx.array,
        mask_length: int | None = None,
""",
        """\
        keys: mx.array,
        values: mx.array,
""",
    ),
    (
        "kv_cache.py",
        "keys.shape[0], mask_length or keys.shape[2]",
        "keys.shape[0], keys.shape[2]",
    ),
    (
        "kv_cache.py",
        """\
        return *self._past.newest(self._past.length), self._past.length, mask
""",
        """\
        return *self._past.newest(self._past.length), mask
""",
    ),
    (
        "kv_cache.py",
        """\
        return *self._past.newest(S), S, visible + mask if isinstance(mask, mx.array) else visible
""",
        """\
        return *self._past.newest(S), visible + mask if isinstance(mask, mx.array) else visible
""",
    ),
]
