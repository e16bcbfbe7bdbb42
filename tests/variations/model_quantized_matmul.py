"""The model multiplies with packed weights through mx.quantized_matmul."""

APPEND = {
    "qwen2_week1.py": '''class Quantized:
    """A weight that stays packed; `linear` opens it at each call."""

    def __init__(self, layer):
        self.layer = layer


def linear(x, w, bias=None):
    if isinstance(w, Quantized):
        q = w.layer
        y = mx.quantized_matmul(
            x, q.weight, scales=q.scales, biases=q.biases, transpose=True, group_size=q.group_size, bits=q.bits
        )
        return y if bias is None else y + bias
    y = x @ w.T
    return y if bias is None else y + bias


class Qwen2ModelWeek1(Qwen2ModelWeek1):
    def __init__(self, mlx_model):
        super().__init__(mlx_model)
        for block, layer in zip(self.layers, mlx_model.model.layers):
            for name in ("q", "k", "v", "o"):
                setattr(block.self_attn, f"w{name}", Quantized(getattr(layer.self_attn, f"{name}_proj")))
            for name in ("gate", "up", "down"):
                setattr(block.mlp, f"w_{name}", Quantized(getattr(layer.mlp, f"{name}_proj")))
''',
}
