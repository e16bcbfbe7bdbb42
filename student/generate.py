"""Text generation: feed the model, choose a token, print it, repeat until the model ends its turn.

Knows nothing about what the model is made of: it calls `model(ids [B, L]) -> logits [B, L, V]`, or with a cache
`model(ids, offset, cache)`.
"""

from collections.abc import Callable
from typing import Any

import mlx.core as mx

from .kv_cache import TinyKvFullCache


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
    fed = list(
        tokenizer.encode(prompt)
    )  # first the whole prompt (prefill), then each new token once (decode)
    if not fed:
        raise ValueError(f"the prompt {prompt!r} has no tokens")
    offset, cache = 0, [TinyKvFullCache() for _ in range(model.num_hidden_layers)]
    stream, text = tokenizer.detokenizer, ""
    stream.reset()
    while True:
        newest = model(mx.array([fed]), offset, cache)[0, -1].astype(mx.float32)  # [V]
        offset += len(fed)
        token = mx.argmax(newest).item()
        if token == tokenizer.eos_token_id:
            break
        stream.add_token(token)
        text += (segment := stream.last_segment)
        print(segment, end="", flush=True)
        fed = [token]
    stream.finalize()
    print(segment := stream.last_segment, flush=True)
    return text + segment
