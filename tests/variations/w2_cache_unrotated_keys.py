"""Keys are kept as they are and rotated when they are fetched."""

WEEK = 2
CHANGES = [
    (
        "qwen2_week2.py",
        """\
        q, k = self.rotate(q, offset), self.rotate(k, offset)
        k, v, _, mask = cache.update_and_fetch(k, v, mask_length=L, mask=mask)
""",
        """\
        q = self.rotate(q, offset)
        k, v, S, mask = cache.update_and_fetch(k, v, mask_length=L, mask=mask)
        if isinstance(offset, list):  # rows are aligned at the end: position o + L - S may be negative
            shifted = [self._turned(k[b : b + 1], o + L, S) for b, o in enumerate(offset)]
            k = mx.concatenate(shifted)
        else:
            k = self.rotate(k, 0)
""",
    ),
    (
        "qwen2_week2.py",
        """\
    def _heads(self, x: mx.array) -> mx.array:
""",
        """\
    def _turned(self, k, length, S):
        \"""Rotate the newest `length` of `k [1, H, S, D]` from position 0; the others are hidden.\"""
        return mx.concatenate([k[:, :, : S - length], self.rotate(k[:, :, S - length :], 0)], axis=2)

    def _heads(self, x: mx.array) -> mx.array:
""",
    ),
]
