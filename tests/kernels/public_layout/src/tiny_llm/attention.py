"""Calls the extension as the public course does."""

import mlx.core as mx
from extensions import tiny_llm_ext


def flash_attention(query, key, value, scale=None, mask=None):
    return tiny_llm_ext.flash_attention(query, key, value, scale or query.shape[-1] ** -0.5)


def scaled(x: mx.array, factor: float) -> mx.array:
    return tiny_llm_ext.scaled(x, factor)
