"""RoPE's frequencies are exp(-log(base) * 2i / D), and the result stays in float32."""

APPEND = {
    "positional_encoding.py": '''import math


class RoPE:
    def __init__(self, dims, seq_len, base=10000, traditional=False):
        self.half = dims // 2
        self.traditional = traditional
        self.freqs = mx.exp(mx.arange(self.half) * (-math.log(base) / self.half))

    def __call__(self, x, offset=None):
        where = self.where(x, offset)
        theta = where[:, :, None, None] * self.freqs
        x = x.astype(mx.float32)
        if self.traditional:
            a, b = x[..., ::2], x[..., 1::2]
        else:
            a, b = x[..., : self.half], x[..., self.half :]
        turned = [a * mx.cos(theta) - b * mx.sin(theta), a * mx.sin(theta) + b * mx.cos(theta)]
        if self.traditional:
            return mx.stack(turned, axis=-1).reshape(x.shape)
        return mx.concatenate(turned, axis=-1)

    def where(self, x, offset):
        """Treat a slice like the number at which it starts."""
        if offset is None:
            offset = 0
        starts = [s.start if isinstance(s, slice) else int(s) for s in (offset if isinstance(offset, list) else [offset])]
        return mx.array(starts)[:, None] + mx.arange(x.shape[1])[None]
''',
}
