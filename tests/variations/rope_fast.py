"""RoPE is mx.fast.rope, row by row where rows have offsets of their own."""

APPEND = {
    "positional_encoding.py": '''class RoPE:
    def __init__(self, dims: int, seq_len: int, base: float = 10000, traditional: bool = False):

        self.arguments = {"dims": dims, "traditional": traditional, "base": base, "scale": 1.0}

    def __call__(self, x, offset=None):
        if isinstance(offset, list):
            return mx.concatenate([self(row[None], s) for row, s in zip(x, offset)], axis=0)
        heads_first = x.swapaxes(1, 2)
        start = 0 if offset is None else offset.start
        return mx.fast.rope(heads_first, offset=start, **self.arguments).swapaxes(1, 2)
''',
}
