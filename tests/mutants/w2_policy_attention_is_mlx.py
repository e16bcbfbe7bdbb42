"""flash_attention hands the work to MLX's own."""

WEEK = 2
TASKS = ["2.4"]
FAILS = [
    "2.4 allowed",
    "2.4 flash-values",
    "2.4 flash-grouped",
    "2.4 flash-lengths",
    "2.4 flash-rising-scores",
    "2.4 flash-mask",
    "2.4 flash-hidden-keys",
    "2.4 flash-scale",
    "2.4 flash-large-scores",
    "2.4 flash-sums",
    "2.4 flash-causal",
    "2.4 flash-mask-broadcast",
    "2.4 flash-blind-rows",
    "2.4 flash-scale-zero",
    "2.4 flash-leading-axes",
    "2.4 flash-head-dims",
    "2.4 flash-bfloat16",
    "2.4 flash-strided",
    "2.4 inputs-unchanged",
    "2.4 dtype",
]
APPEND = {
    "attention.py": """
def flash_attention(query, key, value, scale=None, mask=None):
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    return mx.fast.scaled_dot_product_attention(query, key, value, scale=scale, mask=mask)
"""
}
