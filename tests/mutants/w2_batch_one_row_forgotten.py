"""A batch of one row is taken for a prefill without a past."""

WEEK = 2
FAILS = [
    "2.6 one-row",
]
HINTS = {
    "2.6 one-row": "attention sees only the tokens of this call",
}
CHANGES = [
    (
        "kv_cache.py",
        """\
        longest = self._longest()
        if longest + L""",
        """\
        longest = self._longest()
        if B == 1:
            return keys, values, L, mask
        if longest + L""",
    ),
]
