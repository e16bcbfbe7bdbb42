"""RoPE multiplies with complex numbers."""

APPEND = {
    "positional_encoding.py": '''class RoPE:
    def __init__(self, dims: int, seq_len: int, base: float = 10000, traditional: bool = False):

        self.traditional = traditional
        freqs = 1.0 / mx.power(base, mx.arange(0, dims, 2) / dims)
        angles = mx.arange(seq_len)[:, None] * freqs[None, :]
        self.turn = mx.cos(angles) + mx.array(1j) * mx.sin(angles)

    def __call__(self, x, offset=None):
        if isinstance(offset, list):
            turn = mx.stack([self.turn[s] for s in offset])
        else:
            turn = self.turn[offset or slice(0, x.shape[1])]
        wide = x.astype(mx.float32)
        a, b = (wide[..., 0::2], wide[..., 1::2]) if self.traditional else mx.split(wide, 2, axis=-1)
        z = (a + mx.array(1j) * b) * mx.expand_dims(turn, -2)
        parts = [mx.real(z), mx.imag(z)]
        out = mx.stack(parts, axis=-1).reshape(x.shape) if self.traditional else mx.concatenate(parts, axis=-1)
        return out.astype(x.dtype)
''',
}
