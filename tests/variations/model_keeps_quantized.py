"""The model keeps its weights packed and dequantizes them at each call."""

APPEND = {
    "qwen2_week1.py": '''class Quantized:
    """A weight that stays packed; `linear` opens it at each call."""

    def __init__(self, layer):
        self.layer = layer


def linear(x, w, bias=None):
    if isinstance(w, Quantized):
        w = dequantize_linear(w.layer)
    y = x @ w.T
    return y if bias is None else y + bias


class Qwen2MLP:
    def __init__(self, dim, hidden_dim, w_gate, w_up, w_down):
        self.w_gate, self.w_up, self.w_down = w_gate, w_up, w_down

    def __call__(self, x):
        return linear(silu(linear(x, self.w_gate)) * linear(x, self.w_up), self.w_down)


class Qwen2ModelWeek1:
    def __init__(self, mlx_model):
        args = mlx_model.args
        self.args, self.source = args, mlx_model
        self.layers = []
        for layer in mlx_model.model.layers:
            a, m = layer.self_attn, layer.mlp
            self.layers.append(
                Qwen2TransformerBlock(
                    args.num_attention_heads, args.num_key_value_heads, args.hidden_size,
                    args.intermediate_size, args.rms_norm_eps,
                    *(Quantized(p) for p in (a.q_proj, a.k_proj, a.v_proj, a.o_proj)),
                    a.q_proj.bias, a.k_proj.bias, a.v_proj.bias,
                    *(Quantized(p) for p in (m.gate_proj, m.up_proj, m.down_proj)),
                    layer.input_layernorm.weight, layer.post_attention_layernorm.weight,
                    args.max_position_embeddings, args.rope_theta,
                )
            )
        self.norm = RMSNorm(args.hidden_size, mlx_model.model.norm.weight, args.rms_norm_eps)

    def __call__(self, inputs):
        table = dequantize_linear(self.source.model.embed_tokens)
        h = table[inputs]
        for layer in self.layers:
            h = layer(h, "causal")
        h = self.norm(h)
        return h @ table.T if self.args.tie_word_embeddings else linear(h, Quantized(self.source.lm_head))
''',
}
