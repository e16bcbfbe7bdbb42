"""Norm and MLP are dataclasses."""

APPEND = {
    "layer_norm.py": '''from dataclasses import dataclass


@dataclass
class RMSNorm:
    dim: int
    weight: mx.array
    eps: float = 1e-5

    def __call__(self, x):
        wide = x.astype(mx.float32)
        return (wide * mx.rsqrt((wide**2).mean(-1, keepdims=True) + self.eps)).astype(x.dtype) * self.weight
''',
    "qwen2_week1.py": '''from dataclasses import dataclass


@dataclass(frozen=True)
class Qwen2MLP:
    dim: int
    hidden_dim: int
    w_gate: mx.array
    w_up: mx.array
    w_down: mx.array

    def __call__(self, x):
        return linear(silu(linear(x, self.w_gate)) * linear(x, self.w_up), self.w_down)
''',
}
