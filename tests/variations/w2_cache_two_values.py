"""Caches return keys and values only; the model makes every mask from the offsets."""

WEEK = 2
CHANGES = [
    (
        "qwen2_week2.py",
        "k, v, _, mask = cache.update_and_fetch(k, v, mask_length=L, mask=mask)",
        """\
k, v = cache.update_and_fetch(k, v)
        S = k.shape[2]
        past = mx.array(offset if isinstance(offset, list) else [offset])[:, None, None, None]
        column, last = mx.arange(S), (S - L + mx.arange(L))[:, None]
        mask = mx.where((S - L - past <= column) & (column <= last), 0.0, -mx.inf).astype(q.dtype)""",
    ),
    (
        "kv_cache.py",
        """\
        return *self._past.newest(self._past.length), self._past.length, mask
""",
        """\
        return self._past.newest(self._past.length)
""",
    ),
    (
        "kv_cache.py",
        """\
        return *self._past.newest(S), S, visible + mask if isinstance(mask, mx.array) else visible
""",
        """\
        return self._past.newest(S)
""",
    ),
]
