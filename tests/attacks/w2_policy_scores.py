"""Computes all scores in Python, a row of queries at a time, with a softmax of its own; the kernel never runs."""

WEEK = 2
BASE = "reference"
TASKS = ["2.4"]
KINDS = {"2.4 allowed": "forbidden"}
APPEND = {
    "attention.py": """
def flash_attention(query, key, value, scale=None, mask=None):
    H, S = key.shape[-3:-1]
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    q = mx.unflatten(query.astype(mx.float32), -3, (H, -1))
    scores = mx.einsum("...hgld,...hsd->...hgls", q, key.astype(mx.float32)) * scale
    if isinstance(mask, str):
        mask = causal_mask(query.shape[-2], S, mx.float32)
    if mask is not None:
        scores = scores + mx.unflatten(mx.broadcast_to(mask, (*query.shape[:-1], S)), -3, (H, -1))
    p = mx.exp(scores - scores.max(axis=-1, keepdims=True))
    out = mx.einsum("...hgls,...hsd->...hgld", p / p.sum(axis=-1, keepdims=True), value.astype(mx.float32))
    return out.flatten(-4, -3).astype(query.dtype)
"""
}
