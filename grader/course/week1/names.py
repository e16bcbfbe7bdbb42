"""Lists that several days of Week 1 share: dtypes and names of mistakes."""

from __future__ import annotations

from grader.result import Tier

HALF = ("float16", "bfloat16")
ALL = ("float32", *HALF)
EDGE, STYLE = Tier.EDGE, Tier.STYLE

SCALES = (
    "scale-inverted",
    "scale-zero-lost",
    "scale-multiplied-with-default",
    "scale-ignored",
    "scale-missing",
)
# the word first: where both explain the numbers, it is the one that says which mask
MASKS = ("mask-causal-ignored", "mask-ignored", "mask-subtracted", "mask-before-scale", "causal-top-left")
SOFTMAX = ("softmax-last-axis", "softmax-all-elements", "softmax-no-max", "softmax-not-normalised")
HEADS = ("kv-heads-tiled", "kv-head-zero")
SDPA = (*SCALES, *MASKS, "softmax-over-queries", "softmax-missing")
ROPE = (
    "rope-adjacent",
    "rope-halves",
    "rope-base-ignored",
    "rope-exponent",
    "rope-backwards",
    "rope-over-heads",
    "rope-offset-ignored",
    "rope-offset-one-more",
    "rope-offset-one-less",
    "rope-first-offset-only",
)
QWEN = (
    "theta-ignored",
    "theta-default",
    "rope-traditional",
    "rope-missing",
    "rope-on-values",
    "rope-heads-axis",
    "bias-missing",
    "scores-not-scaled",
    "kv-tiled",
)
BLOCK = (
    "residual-after-norm",
    "attention-residual-after-norm",
    "mlp-residual-after-norm",
    "mlp-residual-from-x",
    "no-attention-residual",
    "no-mlp-residual",
    "no-residual",
    "post-norm",
    "no-input-norm",
    "no-post-norm",
    "norms-swapped",
    "one-norm",
    "eps",
)
MLP = ("swapped", "no-silu", "silu-product", "no-gate", "no-up", "sum", "gelu", "relu")
NORM = (
    "eps-outside",
    "no-eps",
    "default-eps",
    "no-weight",
    "weight-plus-one",
    "layernorm",
    "sum",
    "half-squares",
)
SILU = ("sigmoid-only", "negated", "gelu", "gelu-tanh", "relu", "cancellation")


def prefixed(prefix: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names with a prefix."""
    return tuple(f"{prefix}-{name}" for name in names)
