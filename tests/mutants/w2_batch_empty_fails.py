"""A batch without requests has no longest one."""

WEEK = 2
FAILS = [
    "2.6 all-leave",
    "2.7 more-prompts",
    "2.7 chunks",
    "2.7 logits",
    "2.7 one-at-a-time",
    "2.7 whole-model",
]
CHANGES = [
    (
        "kv_cache.py",
        """\
        return max(length or 0 for length in self.lengths)
""",
        """\
        if not self._past.arrays:
            return 0
        return max(length for length in self.lengths if length is not None)
""",
    ),
]
