"""Text generation: feed the model, choose a token, print it, repeat until the model ends its turn.

Knows nothing about what the model is made of: it calls `model(ids [B, L]) -> logits [B, L, V]`, or with a cache
`model(ids, offset, cache)`.
"""

from collections.abc import Callable
from typing import Any

import mlx.core as mx


def simple_generate(
    model: Callable[[mx.array], mx.array],
    tokenizer: Any,
    prompt: str,
    sampler: Callable[[mx.array], mx.array] | None = None,
) -> str:
    """Continue `prompt` until the end-of-sequence token and print the text as it comes.

    Args:
        model: Maps ids `[1, L]` to logits `[1, L, V]`; called with the whole sequence at each step.
        tokenizer: Has `encode`, `eos_token_id` and a streaming `detokenizer`, as mlx-lm's wrapper does.
        prompt: The text to continue, chat template included.
        sampler: Maps log-probabilities `[1, V]` to ids `[1]`; None takes the most likely token.

    Returns:
        The new text, without the prompt and the end-of-sequence token.

    Raises:
        ValueError: The prompt has no tokens.
    """
    raise NotImplementedError("task 1.6: implement simple_generate")


def simple_generate_with_kv_cache(model: Any, tokenizer: Any, prompt: str) -> str:
    """Continue `prompt` greedily, feeding each token once, and print the text as it comes.

    Args:
        model: Maps ids `[1, L]`, the position of the first of them, and one cache per layer to logits
            `[1, L, V]`; says in `num_hidden_layers` how many caches it needs.
        tokenizer: Has `encode`, `eos_token_id` and a streaming `detokenizer`, as mlx-lm's wrapper does.
        prompt: The text to continue, chat template included.

    Returns:
        The new text, without the prompt and the end-of-sequence token.

    Raises:
        ValueError: The prompt has no tokens.
    """
    raise NotImplementedError("task 2.1: implement simple_generate_with_kv_cache")
