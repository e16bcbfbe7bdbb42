"""RoPE's tables are cast to the input's dtype and the rotation is done there."""

APPEND = {
    "positional_encoding.py": '''class RoPE:
    def __init__(self, dims: int, seq_len: int, base: float = 10000, traditional: bool = False):

        assert dims % 2 == 0
        self.dims, self.traditional = dims, traditional
        half = dims // 2
        powers = mx.arange(0, half, dtype=mx.float32) / half
        freqs = mx.power(base, -powers)
        t = mx.arange(seq_len)
        table = mx.outer(t, freqs)
        self.cos_freqs, self.sin_freqs = mx.cos(table), mx.sin(table)

    def __call__(self, x, offset=None):
        N, S, H, D = x.shape
        if offset is None:
            cos, sin = self.cos_freqs[:S], self.sin_freqs[:S]
        elif isinstance(offset, slice):
            cos, sin = self.cos_freqs[offset], self.sin_freqs[offset]
        else:
            index = mx.array([list(range(s.start, s.stop)) for s in offset])
            cos, sin = self.cos_freqs[index], self.sin_freqs[index]
        cos = cos.reshape(-1, S, 1, D // 2).astype(x.dtype)
        sin = sin.reshape(-1, S, 1, D // 2).astype(x.dtype)
        if self.traditional:
            x = x.reshape(N, S, H, D // 2, 2)
            a, b = x[..., 0], x[..., 1]
        else:
            a, b = x[..., : D // 2], x[..., D // 2 :]
        real, imaginary = a * cos - b * sin, b * cos + a * sin
        if self.traditional:
            return mx.stack([real, imaginary], axis=-1).reshape(N, S, H, D)
        return mx.concatenate([real, imaginary], axis=-1).reshape(N, S, H, D)
''',
}
