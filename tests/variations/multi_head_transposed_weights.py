"""The constructors keep the weights transposed, and the products are plain matmuls."""

APPEND = {
    "attention.py": '''class SimpleMultiHeadAttention:
    def __init__(self, hidden_size, num_heads, wq, wk, wv, wo):
        self.num_heads = num_heads
        self.hidden_size = hidden_size
        self.weights = [mx.contiguous(w.T) for w in (wq, wk, wv, wo)]

    def __call__(self, query, key, value, mask=None):
        def heads(x, w):
            return mx.transpose((x @ w).reshape(*x.shape[:-1], self.num_heads, -1), (0, 2, 1, 3))

        wq, wk, wv, wo = self.weights
        out = scaled_dot_product_attention_simple(heads(query, wq), heads(key, wk), heads(value, wv), mask=mask)
        return mx.transpose(out, (0, 2, 1, 3)).reshape(query.shape) @ wo
''',
    "qwen2_week1.py": '''class Qwen2MLP:
    def __init__(self, dim, hidden_dim, w_gate, w_up, w_down):
        self.gate, self.up, self.down = w_gate.T, w_up.T, w_down.T

    def __call__(self, x):
        return (silu(x @ self.gate) * (x @ self.up)) @ self.down
''',
}
