"""Multi-head attention slices the projections head by head."""

APPEND = {
    "attention.py": '''class SimpleMultiHeadAttention:
    def __init__(self, hidden_size, num_heads, wq, wk, wv, wo):
        self.heads, self.size = num_heads, hidden_size // num_heads
        self.wq, self.wk, self.wv, self.wo = wq, wk, wv, wo

    def __call__(self, query, key, value, mask=None):
        q, k, v = linear(query, self.wq), linear(key, self.wk), linear(value, self.wv)
        if mask is not None:
            mask = mx.broadcast_to(mask, (q.shape[0], self.heads, q.shape[1], k.shape[1]))
        outputs = []
        for h in range(self.heads):
            part = slice(h * self.size, (h + 1) * self.size)
            outputs.append(
                scaled_dot_product_attention_simple(
                    q[..., part], k[..., part], v[..., part], mask=None if mask is None else mask[:, h]
                )
            )
        return linear(mx.concatenate(outputs, axis=-1), self.wo)
''',
}
