"""Answers flash attention with Week 1's attention, which holds all scores."""

WEEK = 2
BASE = "reference"
TASKS = ["2.4"]
KINDS = {"2.4 allowed": "forbidden"}
APPEND = {
    "attention.py": """
def flash_attention(query, key, value, scale=None, mask=None):
    return scaled_dot_product_attention_grouped(query, key, value, scale, mask)
"""
}
