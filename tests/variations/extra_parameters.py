"""Functions and classes take more than the contract names, with defaults."""

CHANGES = [
    ('basics.py', 'def softmax(x: mx.array, axis: int) -> mx.array:', 'def softmax(x: mx.array, axis: int = -1, precise: bool = True, *, stream=None) -> mx.array:'),
    ('basics.py', 'def silu(x: mx.array) -> mx.array:', 'def silu(x: mx.array, beta: float = 1.0) -> mx.array:'),
    ('layer_norm.py', 'def __init__(self, dim: int, weight: mx.array, eps: float = 1e-5):', 'def __init__(self, dim: int, weight: mx.array, eps: float = 1e-5, name: str = "norm", **options):'),
    ('positional_encoding.py', 'def __init__(self, dims: int, seq_len: int, base: float = 10000, traditional: bool = False):', 'def __init__(self, dims: int, seq_len: int, base: float = 10000, traditional: bool = False, scale: float = 1.0):'),
    ('attention.py', 'def causal_mask(L: int, S: int, dtype: mx.Dtype) -> mx.array:', 'def causal_mask(L: int, S: int, dtype: mx.Dtype = mx.float32, window: int | None = None) -> mx.array:'),
    ('qwen2_week1.py', 'def __init__(self, dim: int, hidden_dim: int, w_gate: mx.array, w_up: mx.array, w_down: mx.array):', 'def __init__(self, dim, hidden_dim, w_gate, w_up, w_down, activation="silu"):'),
    ('sampler.py', '    temp: float, top_p: float | None = None, top_k: int | None = None\n', '    temp: float = 0.0, top_p: float | None = None, top_k: int | None = None, min_p: float | None = None\n'),
]
