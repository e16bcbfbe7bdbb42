"""RoPE fills a new array by assignment to slices, batch row by batch row."""

APPEND = {
    "positional_encoding.py": '''class RoPE:
    def __init__(self, dims: int, seq_len: int, base: float = 10000, traditional: bool = False):

        self.freqs = base ** (-2.0 * mx.arange(dims // 2) / dims)
        self.pairs = (slice(0, None, 2), slice(1, None, 2)) if traditional else (slice(0, dims // 2), slice(dims // 2, None))

    def __call__(self, x, offset=None):
        rows = []
        for b in range(x.shape[0]):
            part = offset[b] if isinstance(offset, list) else offset
            start = 0 if part is None else part.start
            angles = (mx.arange(start, start + x.shape[1])[:, None] * self.freqs)[:, None, :]
            first, second = x[b][..., self.pairs[0]], x[b][..., self.pairs[1]]
            out = mx.zeros_like(x[b])
            out[..., self.pairs[0]] = first * mx.cos(angles) - second * mx.sin(angles)
            out[..., self.pairs[1]] = first * mx.sin(angles) + second * mx.cos(angles)
            rows.append(out)
        return mx.stack(rows)
''',
}
