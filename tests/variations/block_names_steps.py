"""The block names every step, and its parts go by position."""

APPEND = {
    "qwen2_week1.py": '''class Qwen2TransformerBlock:
    def __init__(self, num_attention_heads, num_kv_heads, hidden_size, intermediate_size, rms_norm_eps,
                 wq, wk, wv, wo, bq, bk, bv, w_gate, w_up, w_down, w_input_layernorm,
                 w_post_attention_layernorm, max_seq_len=32768, theta=1000000, verbose=False):
        self.attention = Qwen2MultiHeadAttention(
            hidden_size, num_attention_heads, num_kv_heads, wq, wk, wv, wo, bq, bk, bv, max_seq_len, theta
        )
        self.feed_forward = Qwen2MLP(hidden_size, intermediate_size, w_gate, w_up, w_down)
        self.norm1 = RMSNorm(hidden_size, w_input_layernorm, rms_norm_eps)
        self.norm2 = RMSNorm(hidden_size, w_post_attention_layernorm, rms_norm_eps)

    def __call__(self, x, mask=None):
        residual = x
        x = self.norm1(x)
        x = self.attention(x, mask)
        x = mx.add(residual, x)
        residual = x
        x = self.norm2(x)
        x = self.feed_forward(x)
        return residual + x
''',
}
