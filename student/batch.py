"""Continuous batching: requests join a running batch as soon as a row is free, and leave when they are done.

Knows nothing about what the model is made of: it calls `model(ids [B, L], offset, cache) -> logits [B, L, V]`
and asks for `model.num_hidden_layers`. Tokens are chosen greedily, row by row, so that a request gets the same text
in any company.

Source: Yu et al. (Orca, iteration-level scheduling), https://www.usenix.org/conference/osdi22/presentation/yu;
Agrawal et al. (Sarathi, chunked prefill), https://arxiv.org/abs/2308.16369
"""

from typing import Any


class Request:
    """One prompt on its way to its text: first prefilled in pieces, then decoded token by token."""

    def __init__(
        self, model: Any, tokenizer: Any, prompt: str, prefill_max_step: int = 128, prompt_idx: int = 0
    ):
        """Encode the prompt; nothing is computed yet.

        Args:
            model: Maps ids `[1, L]`, an offset and one cache per layer to logits `[1, L, V]`.
            tokenizer: Has `encode`, `eos_token_id` and a streaming `detokenizer`, as mlx-lm's wrapper does.
            prompt: The text to continue, chat template included.
            prefill_max_step: The most tokens of the prompt that one `try_prefill` feeds.
            prompt_idx: Whose text this is.

        Raises:
            ValueError: The prompt has no tokens, or `prefill_max_step` is not positive.
        """
        raise NotImplementedError("task 2.7: implement Request.__init__")

    @property
    def is_prefill_done(self) -> bool:
        """Whether the model has seen the whole prompt."""
        raise NotImplementedError("task 2.7: implement Request.is_prefill_done")

    def try_prefill(self) -> None:
        """Feed the next piece of the prompt; the last piece gives the first token of the text.

        Raises:
            ValueError: The whole prompt has been fed.
        """
        raise NotImplementedError("task 2.7: implement Request.try_prefill")

    def decode_done(self, token: int, update_offset: bool = True) -> None:
        """Take the token that the model chose after this request's newest one.

        Args:
            token: Its id; the end of sequence ends the request and is no part of the text.
            update_offset: Whether a decode step led to it, which has put the token before it into the cache.
        """
        raise NotImplementedError("task 2.7: implement Request.decode_done")

    def text(self) -> str:
        """Return the text so far, without the prompt."""
        raise NotImplementedError("task 2.7: implement Request.text")


def batch_generate(
    model: Any,
    tokenizer: Any,
    prompts: list[str],
    max_seq_len: int = 512,
    batch_size: int = 5,
    prefill_step: int = 128,
) -> list[tuple[int, str]]:
    """Continue all prompts, several at a time.

    In each round one waiting prompt advances by one piece, if a row is free for it, and every request in the
    batch by one token: a long prompt delays the others by one piece a round, not by its length.

    Args:
        model: Maps ids `[B, L]`, an offset (or a list of one per row) and one cache per layer to logits
            `[B, L, V]`.
        tokenizer: Has `encode`, `eos_token_id` and a streaming `detokenizer`, as mlx-lm's wrapper does.
        prompts: The texts to continue, chat template included.
        max_seq_len: The most tokens of one request that the cache holds. A request that fills it ends there,
            and the token chosen last is the last of its text.
        batch_size: The most requests that decode together.
        prefill_step: The most tokens of a prompt that one round feeds.

    Returns:
        `(prompt_idx, text)` for every prompt, in the order of the prompts.

    Raises:
        ValueError: A prompt has no tokens or more than `max_seq_len`, or a number is not positive; then
            nothing has been computed.
    """
    raise NotImplementedError("task 2.7: implement batch_generate")
