"""The Qwen2 layers are MLX's own kernels: rope, rms_norm, attention, silu."""

APPEND = {
    "attention.py": '''def _fast(query, key, value, scale, mask):
    """Call MLX's kernel, which wants exactly four axes."""
    lead = query.shape[:-3]
    if isinstance(mask, mx.array):
        mask = mx.broadcast_to(mask, (*query.shape[:-1], key.shape[-2])).astype(query.dtype)
        mask = mask.reshape(-1, *mask.shape[-3:])
    q, k, v = (t.reshape(-1, *t.shape[-3:]) for t in (query, key, value))
    out = mx.fast.scaled_dot_product_attention(q, k, v, scale=scale, mask=mask)
    return out.reshape(*lead, *out.shape[-3:])


def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    lead = query.shape[:-2]
    if mask is not None:
        mask = mx.broadcast_to(mask, (*lead, query.shape[-2], key.shape[-2]))
        mask = mask.reshape(-1, 1, *mask.shape[-2:])
    q, k, v = (t.reshape(-1, 1, *t.shape[-2:]) for t in (query, key, value))
    return _fast(q, k, v, scale, mask).reshape(*lead, *query.shape[-2:])


def scaled_dot_product_attention_grouped(query, key, value, scale=None, mask=None):
    return _fast(query, key, value, query.shape[-1] ** -0.5 if scale is None else scale, mask)
''',
    "qwen2_week1.py": '''class Qwen2MultiHeadAttention:
    def __init__(self, hidden_size, num_heads, num_kv_heads, wq, wk, wv, wo, bq, bk, bv, max_seq_len=32768, theta=1000000):
        self.n, self.kv, self.d, self.theta = num_heads, num_kv_heads, hidden_size // num_heads, theta
        self.weights = ((wq, bq, num_heads), (wk, bk, num_kv_heads), (wv, bv, num_kv_heads))
        self.wo = wo

    def __call__(self, x, mask=None):
        B, L, E = x.shape
        q, k, v = (
            mx.addmm(b, x, w.T).reshape(B, L, n, self.d).transpose(0, 2, 1, 3) for w, b, n in self.weights
        )
        q, k = (
            mx.fast.rope(t, self.d, traditional=False, base=self.theta, scale=1.0, offset=0) for t in (q, k)
        )
        q, k, v = (t.astype(mx.float32) for t in (q, k, v))
        out = mx.fast.scaled_dot_product_attention(q, k, v, scale=self.d**-0.5, mask=mask)
        return out.astype(x.dtype).transpose(0, 2, 1, 3).reshape(B, L, E) @ self.wo.T


class RMSNorm:
    def __init__(self, dim, weight, eps=1e-5):
        self.weight, self.eps = weight, eps

    def __call__(self, x):
        return mx.fast.rms_norm(x, self.weight, self.eps)


class Qwen2MLP:
    def __init__(self, dim, hidden_dim, w_gate, w_up, w_down):
        self.w_gate, self.w_up, self.w_down = w_gate, w_up, w_down

    def __call__(self, x):
        gate = x @ self.w_gate.T
        return (gate * mx.sigmoid(gate) * (x @ self.w_up.T)) @ self.w_down.T
''',
}
