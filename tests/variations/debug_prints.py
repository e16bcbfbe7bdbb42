"""Every layer prints shapes and arrays while it runs."""

CHANGES = [
    ('basics.py', '    scores = x.astype(mx.float32)\n', '    print("softmax", x.shape, x.dtype, axis, x)\n    scores = x.astype(mx.float32)\n'),
    ('attention.py', '    scores = (q @ k.swapaxes(-1, -2)) * scale  # [..., L, S]\n', '    scores = (q @ k.swapaxes(-1, -2)) * scale\n    print(f"{scores.shape=} {scores.max().item()=}")\n'),
    ('qwen2_week1.py', '        h = x + self.self_attn(self.input_layernorm(x), mask)\n', "        print('block', x.shape, mask)\n        h = x + self.self_attn(self.input_layernorm(x), mask)\n"),
    ('positional_encoding.py', '        L = x.shape[-3]\n', '        L = x.shape[-3]\n        print("rope", offset)\n'),
]
