"""Delegates to MLX's fused attention, found by a name that no text holds."""

WEEK = 2
BASE = "reference"
TASKS = ["2.4"]
KINDS = {"2.4 allowed": "forbidden"}
APPEND = {
    "attention.py": """
_fast = [v for k, v in sorted(vars(mx.fast).items()) if k[:6] == "scaled"]


def flash_attention(query, key, value, scale=None, mask=None):
    return _fast[0](query, key, value, scale=query.shape[-1] ** -0.5 if scale is None else scale, mask=mask)
"""
}
