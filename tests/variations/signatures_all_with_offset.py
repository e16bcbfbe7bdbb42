"""The older edition again, with a required `offset` in the call of the model too."""

CHANGES = [
    ('qwen2_week1.py', 'def __call__(self, inputs: mx.array) -> mx.array:', 'def __call__(self, inputs: mx.array, offset: int) -> mx.array:'),
    ('generate.py', 'logits = model(mx.array([tokens]))[:, -1, :]', 'logits = model(mx.array([tokens]), 0)[:, -1, :]'),
]
