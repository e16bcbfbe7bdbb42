"""RoPE is x * cos + rotate_half(x) * sin with full-width tables, as in transformers."""

APPEND = {
    "positional_encoding.py": '''class RoPE:
    def __init__(self, dims: int, seq_len: int, base: float = 10000, traditional: bool = False):

        self.traditional = traditional
        inverse = 1.0 / (base ** (mx.arange(0, dims, 2).astype(mx.float32) / dims))
        freqs = mx.outer(mx.arange(seq_len).astype(mx.float32), inverse)
        angles = mx.repeat(freqs, 2, axis=-1) if traditional else mx.concatenate([freqs, freqs], axis=-1)
        self.cos, self.sin = mx.cos(angles), mx.sin(angles)

    def __call__(self, x, offset=None):
        def take(table):
            if offset is None:
                return table[None, : x.shape[1], None, :]
            if isinstance(offset, list):
                return mx.stack([table[s] for s in offset])[:, :, None, :]
            return table[None, offset, None, :]

        return (x * take(self.cos) + self.rotate(x) * take(self.sin)).astype(x.dtype)

    def rotate(self, x):
        if self.traditional:
            return mx.stack([-x[..., 1::2], x[..., 0::2]], axis=-1).reshape(x.shape)
        half = x.shape[-1] // 2
        return mx.concatenate([-x[..., half:], x[..., :half]], axis=-1)
''',
}
