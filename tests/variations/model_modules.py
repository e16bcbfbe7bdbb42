"""Layers and model are mlx.nn modules."""

CHANGES = [
    ('qwen2_week1.py', 'import mlx.core as mx\n', 'import mlx.core as mx\nimport mlx.nn as nn\n'),
    ('qwen2_week1.py', 'class Qwen2MLP:', 'class Qwen2MLP(nn.Module):'),
    ('qwen2_week1.py', 'class Qwen2TransformerBlock:', 'class Qwen2TransformerBlock(nn.Module):'),
    ('qwen2_week1.py', 'class Qwen2ModelWeek1:', 'class Qwen2ModelWeek1(nn.Module):'),
    ('qwen2_week1.py', 'self.w_gate, self.w_up, self.w_down = w_gate, w_up, w_down', 'super().__init__()\n        self.w_gate, self.w_up, self.w_down = w_gate, w_up, w_down'),
    ('qwen2_week1.py', '        self.input_layernorm = RMSNorm(hidden', '        super().__init__()\n        self.input_layernorm = RMSNorm(hidden'),
    ('qwen2_week1.py', '        args = mlx_model.args\n', '        super().__init__()\n        args = mlx_model.args\n'),
]
