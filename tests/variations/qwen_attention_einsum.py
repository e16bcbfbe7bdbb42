"""The Qwen2 attention is written out with einsums and its own causal mask."""

APPEND = {
    "qwen2_week1.py": '''class Qwen2MultiHeadAttention:
    def __init__(self, hidden_size, num_heads, num_kv_heads, wq, wk, wv, wo, bq, bk, bv, max_seq_len=32768, theta=1000000):
        self.n, self.kv, self.d = num_heads, num_kv_heads, hidden_size // num_heads
        self.wq, self.wk, self.wv = wq, wk, wv
        self.bq, self.bk, self.bv = bq, bk, bv
        self.wo = wo.reshape(hidden_size, self.kv, self.n // self.kv, self.d)
        self.rope = RoPE(self.d, max_seq_len, theta)

    def __call__(self, x, mask=None):
        B, L, _ = x.shape
        q = self.rope(linear(x, self.wq, self.bq).reshape(B, L, self.n, self.d))
        k = self.rope(linear(x, self.wk, self.bk).reshape(B, L, self.kv, self.d)).astype(mx.float32)
        v = linear(x, self.wv, self.bv).reshape(B, L, self.kv, self.d).astype(mx.float32)
        q = q.astype(mx.float32).reshape(B, L, self.kv, -1, self.d) / self.d**0.5
        scores = mx.einsum("blgrd,bsgd->bgrls", q, k)
        if isinstance(mask, str):
            scores = mx.where(mx.arange(L)[:, None] >= mx.arange(L)[None, :], scores, -mx.inf)
        elif mask is not None:
            scores = scores + mx.broadcast_to(mask, (B, self.n, L, L)).reshape(scores.shape)
        weights = mx.softmax(scores, axis=-1)
        out = mx.einsum("bgrls,bsgd->blgrd", weights, v).astype(x.dtype)
        return mx.einsum("blgrd,egrd->ble", out, self.wo)
''',
}
