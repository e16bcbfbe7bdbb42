"""Continuous batching: requests join a running batch as soon as a row is free, and leave when they are done.

Knows nothing about what the model is made of: it calls `model(ids [B, L], offset, cache) -> logits [B, L, V]`
and asks for `model.num_hidden_layers`. Tokens are chosen greedily, row by row, so that a request gets the same text
in any company.

Source: Yu et al. (Orca, iteration-level scheduling), https://www.usenix.org/conference/osdi22/presentation/yu;
Agrawal et al. (Sarathi, chunked prefill), https://arxiv.org/abs/2308.16369
"""

from collections import deque
from typing import Any

import mlx.core as mx

from .kv_cache import BatchingKvCache, TinyKvFullCache


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
        if prefill_max_step < 1:
            raise ValueError(f"prefill_max_step ({prefill_max_step}) must be at least 1")
        self.model, self.tokenizer = model, tokenizer
        self.prompt_idx = prompt_idx
        self.prefill_max_step = prefill_max_step
        self.prompt_tokens = list(tokenizer.encode(prompt))
        if not self.prompt_tokens:
            raise ValueError(f"prompt {prompt_idx} ({prompt!r}) has no tokens")
        self.cache = [TinyKvFullCache() for _ in range(model.num_hidden_layers)]
        self.offset = 0  # how many tokens the cache holds: the position of the next one
        self.new_tokens: list[int] = []
        self.is_done = False

    @property
    def is_prefill_done(self) -> bool:
        """Whether the model has seen the whole prompt."""
        return self.offset >= len(self.prompt_tokens)

    def try_prefill(self) -> None:
        """Feed the next piece of the prompt; the last piece gives the first token of the text.

        Raises:
            ValueError: The whole prompt has been fed.
        """
        if self.is_prefill_done:
            raise ValueError(f"prompt {self.prompt_idx} is prefilled: all {len(self.prompt_tokens)} tokens")
        piece = self.prompt_tokens[self.offset : self.offset + self.prefill_max_step]
        logits = self.model(mx.array([piece]), self.offset, self.cache)
        self.offset += len(piece)
        if self.is_prefill_done:
            self.decode_done(_choose(logits)[0], update_offset=False)  # chosen, but not fed yet
        else:
            mx.eval([layer.key_values for layer in self.cache])  # the piece's logits are never computed

    def decode_done(self, token: int, update_offset: bool = True) -> None:
        """Take the token that the model chose after this request's newest one.

        Args:
            token: Its id; the end of sequence ends the request and is no part of the text.
            update_offset: Whether a decode step led to it, which has put the token before it into the cache.
        """
        if update_offset:
            self.offset += 1
        if int(token) == self.tokenizer.eos_token_id:
            self.is_done = True
        else:
            self.new_tokens.append(int(token))

    def text(self) -> str:
        """Return the text so far, without the prompt."""
        # A tokenizer may have one detokenizer for everybody: nothing of a request stays in it.
        detokenizer = self.tokenizer.detokenizer
        detokenizer.reset()
        segments = []
        for token in self.new_tokens:
            detokenizer.add_token(token)
            segments.append(detokenizer.last_segment)
        detokenizer.finalize()
        return "".join([*segments, detokenizer.last_segment])


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
    if batch_size < 1:
        raise ValueError(f"batch_size ({batch_size}) must be at least 1")
    requests = [Request(model, tokenizer, text, prefill_step, i) for i, text in enumerate(prompts)]
    for request in requests:
        if len(request.prompt_tokens) > max_seq_len:
            raise ValueError(
                f"prompt {request.prompt_idx} has {len(request.prompt_tokens)} tokens, "
                f"max_seq_len is {max_seq_len}"
            )
    batch = _Batch(model, min(batch_size, len(requests)), max_seq_len)
    waiting = deque(requests)
    while waiting or batch.is_running:
        if waiting and batch.has_free_row:
            waiting[0].try_prefill()
            if waiting[0].is_prefill_done:
                batch.add(waiting.popleft())
        if batch.is_running:
            batch.decode()
    return [(request.prompt_idx, request.text()) for request in requests]


class _Batch:
    """The requests that decode together, one row each; a row without a request is free."""

    def __init__(self, model: Any, size: int, max_seq_len: int):
        self.model, self.max_seq_len = model, max_seq_len
        self.rows: list[Request | None] = [None] * size
        self.cache = [BatchingKvCache(size, max_seq_len) for _ in range(model.num_hidden_layers)]

    @property
    def is_running(self) -> bool:
        return any(request is not None for request in self.rows)

    @property
    def has_free_row(self) -> bool:
        return None in self.rows

    def add(self, request: Request) -> None:
        """Give a prefilled request a row, unless its first token has ended it."""
        if self._is_over(request):
            return
        row = self.rows.index(None)
        for layer, own in zip(self.cache, request.cache, strict=True):
            layer.add_request(own, row)
        request.cache = []  # copied into the batch's
        self.rows[row] = request

    def decode(self) -> None:
        """Advance every request by one token; those that are done leave every layer."""
        # A free row is fed token 0 at position 0, and what comes out of it is nobody's.
        tokens = mx.array([[request.new_tokens[-1] if request else 0] for request in self.rows])
        offsets = [request.offset if request else 0 for request in self.rows]
        chosen = _choose(self.model(tokens, offsets, self.cache))
        for row, request in enumerate(self.rows):
            if request is None:
                continue
            request.decode_done(chosen[row])
            if self._is_over(request):
                self.rows[row] = None
                for layer in self.cache:
                    layer.remove_request(row)

    def _is_over(self, request: Request) -> bool:
        return request.is_done or request.offset >= self.max_seq_len


def _choose(logits: mx.array) -> list[int]:
    """Return the likeliest next token of every row of `[B, L, V]`: a softmax per row would not change which."""
    return mx.argmax(logits[:, -1, :].astype(mx.float32), axis=-1).tolist()
