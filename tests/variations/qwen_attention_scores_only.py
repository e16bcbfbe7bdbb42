"""Only the scores are float32; the weights are rounded and meet the values in the input's dtype."""

APPEND = {
    "qwen2_week1.py": '''class Qwen2MultiHeadAttention:
    def __init__(self, hidden_size, num_heads, num_kv_heads, wq, wk, wv, wo, bq, bk, bv, max_seq_len=32768, theta=1000000):
        self.num_heads, self.num_kv_heads, self.head_dim = num_heads, num_kv_heads, hidden_size // num_heads
        self.wq, self.wk, self.wv, self.wo, self.bq, self.bk, self.bv = wq, wk, wv, wo, bq, bk, bv
        self.rope = RoPE(self.head_dim, max_seq_len, theta)
        self.scale = mx.rsqrt(self.head_dim)

    def __call__(self, x, mask=None):
        B, L, _ = x.shape
        project = lambda w, b, n: (mx.matmul(x, w.T) + b).reshape(B, L, n, self.head_dim)
        q = self.rope(project(self.wq, self.bq, self.num_heads)).transpose(0, 2, 1, 3)
        k = self.rope(project(self.wk, self.bk, self.num_kv_heads)).transpose(0, 2, 1, 3)
        v = project(self.wv, self.bv, self.num_kv_heads).transpose(0, 2, 1, 3)
        repeats = self.num_heads // self.num_kv_heads
        k, v = mx.repeat(k, repeats, 1), mx.repeat(v, repeats, 1)
        scores = (q.astype(mx.float32) * self.scale) @ k.astype(mx.float32).swapaxes(2, 3)
        if isinstance(mask, str) and mask == "causal":
            scores += mx.triu(mx.full((L, L), float("-inf")), k=1)
        elif mask is not None:
            scores += mask
        out = mx.softmax(scores, axis=-1).astype(x.dtype) @ v
        return out.transpose(0, 2, 1, 3).reshape(B, L, -1) @ self.wo.T
''',
}
