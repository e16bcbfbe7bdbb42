"""What the grader puts in place of a model, a tokenizer or a sampler, inside the worker.

A stand-in computes nothing: it asks the grader over the channel, so the grader sees every token that is fed
and chooses every answer. What is asked for and not secret (decoding with the vocabulary, attributes) is
answered here. Knows nothing about what is being graded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import mlx.core as mx
import mlx.nn as nn

Ask = Callable[[str, str, tuple[Any, ...], dict[str, Any]], Any]


class CallStopped(BaseException):
    """The grader has seen enough of this call; no `Exception`, so that `except Exception` lets it pass."""


class Function:
    """A plain callable whose results come from the grader."""

    def __init__(self, ask: Ask, name: str, **attributes: Any) -> None:
        self._ask = ask
        self._name = name
        self.__dict__.update(attributes)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the grader answers."""
        return self._ask(self._name, "", args, kwargs)


class Model(Function):
    """A language model: `model(tokens, ...)` gives logits; what follows the tokens is passed on."""


class Observed:
    """The student's own callable, with the grader looking on: it sees the arguments of every call."""

    def __init__(self, ask: Ask, name: str, target: Any) -> None:
        self._ask = ask
        self._name = name
        self._target = target

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Show the arguments to the grader, then make the call."""
        self._ask(self._name, "", args, kwargs)
        return self._target(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)


class Reviewed:
    """The student's own model, whose answers the grader may replace: caches fill as they do without a grader.

    Args:
        ask: the way to the grader.
        name: the callback: gets the arguments, the keywords and the answer; what it returns, unless None, is returned.
        target: the model; None if there is none that works.
        shows: whether the answer is sent: it is computed then.
        forgives: whether a call goes on without an answer where the model raises.
    """

    def __init__(
        self,
        ask: Ask,
        name: str,
        target: Any = None,
        shows: bool = False,
        forgives: bool = False,
        **attributes: Any,
    ) -> None:
        self._ask = ask
        self._name = name
        self._target = target
        self._shows = shows
        self._forgives = forgives or target is None
        self.__dict__.update(attributes)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Make the call, then let the grader answer."""
        given = [mx.array(a) if isinstance(a, mx.array) else a for a in args]  # as they are before the call
        answer = None
        try:
            answer = self._target(*args, **kwargs)
        except Exception:
            if not self._forgives:
                raise
        replaced = self._ask(self._name, "", (given, kwargs, answer if self._shows else None), {})
        return answer if replaced is None else replaced

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_target"], name)


class Detokenizer:
    """Turns tokens into text as they come, as `mlx_lm.tokenizer_utils.StreamingDetokenizer` does."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.reset()

    def reset(self) -> None:
        """Forget all tokens."""
        self.tokens: list[int] = []
        self.offset = 0

    def add_token(self, token: Any) -> None:
        """Append one token id."""
        self.tokens.append(_id(token))

    def finalize(self) -> None:
        """Nothing is held back, so there is nothing to flush."""

    @property
    def text(self) -> str:
        """The text of all tokens so far."""
        return self._tokenizer.decode(self.tokens)

    @property
    def last_segment(self) -> str:
        """The text since the last time this was asked for."""
        text = self.text
        segment = text[self.offset :]
        self.offset = len(text)
        return segment


class Tokenizer:
    """A tokenizer with the interface of Hugging Face's and mlx_lm's wrapper around it.

    Args:
        ask: the way to the grader.
        name: the callback that encodes: asked for method "encode" with the text.
        vocab: the text of every token id.
        eos_token_id: the id that ends a text.
        eos_token: its text.
        fresh: whether everybody who asks for the detokenizer gets one of their own, as in mlx-lm since 2025.
    """

    bos_token = None
    bos_token_id = None
    pad_token = None
    pad_token_id = None
    chat_template = None
    has_chat_template = True
    clean_up_tokenization_spaces = False

    def __init__(
        self,
        ask: Ask,
        name: str,
        vocab: list[str],
        eos_token_id: int,
        eos_token: str | None = None,
        fresh: bool = False,
    ) -> None:
        self._ask = ask
        self._name = name
        self._vocab = vocab
        self.eos_token_id = eos_token_id
        self.eos_token = vocab[eos_token_id] if eos_token is None else eos_token
        self.eos_token_ids = {eos_token_id}
        self._tokenizer = self  # mlx_lm's wrapper holds the real one under this name
        self._fresh = fresh
        self._detokenizer = Detokenizer(self)

    @property
    def detokenizer(self) -> Detokenizer:
        """The one detokenizer of this tokenizer, or a new one each time."""
        return Detokenizer(self) if self._fresh else self._detokenizer

    @property
    def vocab_size(self) -> int:
        """How many token ids there are."""
        return len(self._vocab)

    def __len__(self) -> int:
        return len(self._vocab)

    def encode(self, text: str, add_special_tokens: bool = True, **options: Any) -> list[int]:
        """Return the token ids of `text`, which the grader chooses."""
        return list(
            self._ask(self._name, "encode", (text,), {"add_special_tokens": bool(add_special_tokens)})
        )

    def __call__(self, text: str, add_special_tokens: bool = True, **options: Any) -> dict[str, Any]:
        """Return the token ids of `text` and a mask of ones."""
        ids = self.encode(text, add_special_tokens)
        return {"input_ids": ids, "attention_mask": [1] * len(ids)}

    def decode(self, ids: Any, skip_special_tokens: bool = False, **options: Any) -> str:
        """Return the text of one id, a list of ids or an array of ids."""
        numbers = _ids(ids)
        if skip_special_tokens:
            numbers = [number for number in numbers if number not in self.eos_token_ids]
        return "".join(self._vocab[number] for number in numbers)

    def get_vocab(self) -> dict[str, int]:
        """Return the ids by text."""
        return {text: number for number, text in enumerate(self._vocab)}

    def convert_tokens_to_ids(self, tokens: Any) -> Any:
        """Return the id of one token's text, or the ids of a list of them; None for what is no token."""
        vocab = self.get_vocab()
        return vocab.get(tokens) if isinstance(tokens, str) else [vocab.get(token) for token in tokens]

    def convert_ids_to_tokens(self, ids: Any) -> Any:
        """Return the text of one id, or the texts of a list of them."""
        return self._vocab[ids] if isinstance(ids, int) else [self._vocab[number] for number in _ids(ids)]

    def apply_chat_template(
        self,
        messages: Iterable[dict[str, str]],
        tokenize: bool = True,
        add_generation_prompt: bool = False,
        **options: Any,
    ) -> Any:
        """Return ChatML text, or its token ids if `tokenize`."""
        parts = [f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in messages]
        text = "".join(parts) + ("<|im_start|>assistant\n" if add_generation_prompt else "")
        return self.encode(text, add_special_tokens=False) if tokenize else text


def quantized_layer(
    ask: Ask, name: str, weight: Any, scales: Any, biases: Any, group_size: int, bits: int
) -> nn.QuantizedLinear:
    """Return a 4-bit linear layer as a loaded MLX model has it, with the numbers that the grader chose."""
    inner = scales.shape[-1] * group_size
    layer = nn.QuantizedLinear(inner, weight.shape[0], bias=False, group_size=group_size, bits=bits)
    layer.weight, layer.scales, layer.biases = weight, scales, biases
    return layer


def strided(ask: Ask, name: str, array: Any, axes: tuple[int, int]) -> mx.array:
    """Return the array with two axes swapped in memory: the same numbers, not contiguous."""
    swapped = mx.contiguous(mx.swapaxes(array, *axes))
    view = mx.swapaxes(swapped, *axes)
    mx.eval(view)
    return view


KINDS: dict[str, Callable[..., Any]] = {
    "layer": quantized_layer,
    "model": Model,
    "function": Function,
    "tokenizer": Tokenizer,
    "observed": Observed,
    "reviewed": Reviewed,
    "strided": strided,
}


def _id(token: Any) -> int:
    return int(token.item() if hasattr(token, "item") else token)


def _ids(ids: Any) -> list[int]:
    if hasattr(ids, "tolist"):
        ids = ids.tolist()
    return [_id(item) for item in ids] if isinstance(ids, (list, tuple)) else [_id(ids)]
