"""Samplers: from log-probabilities to the next token.

Knows nothing about models. Randomness is MLX's own: `mx.random.seed` makes a run repeatable.
"""

from collections.abc import Callable

import mlx.core as mx


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
    raise NotImplementedError("task 1.7: implement make_sampler")
