"""What `grader bench` measures: the linear layers and the attention of Qwen2 models, in decoding and prefill.

A shape carries the work of one call. Pure data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

MATMUL, ATTENTION = "quantized_matmul", "flash_attention"
OPS = (MATMUL, ATTENTION)
GROUP_SIZE = 64
DTYPE_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}
ROWS = (1, 32, 128, 512)  # decode, and three lengths of prefill
LENGTHS = (128, 512, 1024, 2048, 4096)


@dataclass(frozen=True)
class Qwen2:
    """The sizes of a model, by the names of its checkpoint."""

    name: str
    hidden_size: int
    intermediate_size: int
    num_attention_heads: int
    num_key_value_heads: int
    head_dim: int

    def linears(self) -> dict[str, tuple[int, int]]:
        """Return the distinct linear layers as (K, N)."""
        hidden, wide = self.hidden_size, self.intermediate_size
        return {
            "gate and up": (hidden, wide),
            "down": (wide, hidden),
            "q and o": (hidden, hidden),
            "k and v": (hidden, self.num_key_value_heads * self.head_dim),
        }


MODELS = {
    model.name: model
    for model in (
        Qwen2("0.5b", 896, 4864, 14, 2, 64),
        Qwen2("1.5b", 1536, 8960, 12, 2, 128),
        Qwen2("7b", 3584, 18944, 28, 4, 128),
    )
}


@dataclass(frozen=True)
class Shape:
    """One call: what is computed, on which sizes. Attention uses `rows` as L."""

    op: str
    model: str
    group: str
    label: str
    dtype: str
    rows: int
    inner: int = 0  # K
    columns: int = 0  # N
    length: int = 0  # S
    heads: int = 0  # H_q
    kv_heads: int = 0  # H
    head_dim: int = 0  # D

    @property
    def causal(self) -> bool:
        """Whether a later key is hidden from an earlier query; of one query nothing is hidden."""
        return self.rows > 1

    @property
    def flops(self) -> float:
        """Floating-point operations of one call, a multiplication and an addition counted as two."""
        if self.op == MATMUL:
            return 2.0 * self.rows * self.inner * self.columns
        pairs = self.rows * (self.rows + 1) / 2 if self.causal else self.rows * self.length
        return 4.0 * self.heads * self.head_dim * pairs

    @property
    def weight_bytes(self) -> float:
        """What a call reads that does not depend on the number of rows: weights, or keys and values."""
        size = DTYPE_BYTES[self.dtype]
        if self.op == MATMUL:
            return self.inner * self.columns * (0.5 + 2 * size / GROUP_SIZE)
        return 2.0 * self.kv_heads * self.length * self.head_dim * size

    @property
    def moved_bytes(self) -> float:
        """Least memory traffic of one call: every input read once, the result written once."""
        size = DTYPE_BYTES[self.dtype]
        if self.op == MATMUL:
            return self.weight_bytes + self.rows * (self.inner + self.columns) * size
        return self.weight_bytes + 2.0 * self.heads * self.rows * self.head_dim * size

    def to_json(self) -> dict[str, Any]:
        """Return the fields, from which `Shape(**fields)` makes it again."""
        return asdict(self)


def matmul(model: Qwen2, layer: str, rows: int, dtype: str = "bfloat16") -> Shape:
    """Return the shape of a linear layer on so many rows."""
    inner, columns = model.linears()[layer]
    group = (
        f"Qwen2 {model.name.upper()} {layer}: 4-bit matmul, group {GROUP_SIZE}, K = {inner}, N = {columns}"
    )
    return Shape(MATMUL, model.name, group, f"M = {rows}, {dtype}", dtype, rows, inner=inner, columns=columns)


def attention(model: Qwen2, rows: int, length: int, dtype: str = "bfloat16") -> Shape:
    """Return the shape of a model's attention: L = `rows`, S = `length`."""
    heads, kv_heads, dim = model.num_attention_heads, model.num_key_value_heads, model.head_dim
    what = "decode" if rows == 1 else "causal prefill"
    group = f"Qwen2 {model.name.upper()} attention, {what}: {heads} heads, {kv_heads} KV heads, D = {dim}"
    label = f"S = {length}, {dtype}"
    sizes = {"length": length, "heads": heads, "kv_heads": kv_heads, "head_dim": dim}
    return Shape(ATTENTION, model.name, group, label, dtype, rows, **sizes)


def shapes(ops: tuple[str, ...], models: tuple[str, ...], quick: bool, dtype: str) -> list[Shape]:
    """Return what to measure, in an order in which a group's small shapes come first."""
    return [shape for name in models for op in ops for shape in _of(MODELS[name], op, quick, dtype)]


def _of(model: Qwen2, op: str, quick: bool, dtype: str) -> Iterator[Shape]:
    if op == MATMUL:
        for layer in list(model.linears())[: 1 if quick else None]:
            yield from (matmul(model, layer, rows, dtype) for rows in ROWS[: 3 if quick else None])
        return
    lengths = (128, 1024) if quick else LENGTHS
    yield from (attention(model, 1, length, dtype) for length in lengths)
    yield from (attention(model, length, length, dtype) for length in lengths)
