"""Samplers: from log-probabilities to the next token.

Knows nothing about models. Randomness is MLX's own: `mx.random.seed` makes a run repeatable.
"""

from collections.abc import Callable

import mlx.core as mx

from .basics import softmax


def make_sampler(
    temp: float, top_p: float | None = None, top_k: int | None = None
) -> Callable[[mx.array], mx.array]:
    """Build the function that chooses the next token.

    Top-k comes first; top-p then works on what top-k left, with probabilities that again sum to 1; the
    temperature comes last and reshapes only what both left.

    Args:
        temp: 0 takes the most likely token; 1 samples from the distribution as it is; more flattens it.
        top_p: Keep the smallest set of most likely tokens whose probabilities reach `top_p`, at least one
            token (Holtzman et al., https://arxiv.org/abs/1904.09751). None and 1 switch off.
        top_k: Keep the `top_k` most likely tokens. None, 0 and anything from `V` up switch off.

    Returns:
        `sample(logprobs [B, V]) -> ids [B]`. It leaves its argument as it is.

    Raises:
        ValueError: `temp` is negative or not finite, `top_k` is negative, or `top_p` is not from 0 to 1.
    """
    if not 0 <= temp < float("inf"):
        raise ValueError(f"temp ({temp}) must be finite and not negative")
    if top_p is not None and not 0 <= top_p <= 1:
        raise ValueError(f"top_p ({top_p}) must be from 0 to 1")
    if top_k is not None and top_k < 0:
        raise ValueError(f"top_k ({top_k}) must not be negative")

    def sample(logprobs: mx.array) -> mx.array:
        if temp == 0:
            return mx.argmax(logprobs, axis=-1)
        # Sorted, both filters keep a prefix, and ties are cut exactly where the filter says.
        order = mx.argsort(-logprobs, axis=-1)  # rank -> id
        ranked = mx.take_along_axis(logprobs, order, axis=-1).astype(mx.float32)
        if top_k:
            ranked = _keep_top_k(ranked, top_k)
        if top_p is not None and top_p < 1:
            ranked = _keep_top_p(ranked, top_p)
        rank = mx.random.categorical(ranked / temp, axis=-1)
        return mx.take_along_axis(order, rank[..., None], axis=-1).squeeze(-1)

    return sample


def _keep_top_k(ranked: mx.array, top_k: int) -> mx.array:
    """Hide all but the first `top_k` of log-probabilities in descending order, `[B, V]`."""
    vocab_size = ranked.shape[-1]
    return mx.where(mx.arange(vocab_size) < min(top_k, vocab_size), ranked, -mx.inf)


def _keep_top_p(ranked: mx.array, top_p: float) -> mx.array:
    """Hide the tokens before which the probabilities have reached `top_p`; never the first."""
    probs = softmax(ranked, axis=-1)
    reached = mx.cumsum(probs, axis=-1) - probs >= top_p
    first = mx.arange(ranked.shape[-1]) == 0
    return mx.where(reached & ~first, -mx.inf, ranked)
