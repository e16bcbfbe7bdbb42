"""`batch.batch_generate` with a model whose answers are the grader's own: who is fed what, when, and whose text it is.

Every token of every prompt and of every answer is there once, so a row of a call says itself whose it is and how far
that request has come; the grader answers each row with that request's next token. Caches fill through the
submission's own model, as in `cached_generation`. What a row feeds that is no request's next token is a free row's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.course.arrays import make
from grader.course.scenarios.cached_generation import reviewed
from grader.course.scenarios.served_call import ServedCall, read_call
from grader.worker.client import StopCall
from grader.worker.faults import Fault
from grader.worker.wire import Array, Handle

if TYPE_CHECKING:
    from grader.run.bench import Bench

TARGET = "batch.batch_generate"
IDS = 256  # of the checkpoint whose model fills the caches
EOS = IDS - 1
WORDS = [f" w{i}" for i in range(EOS)] + ["<|im_end|>"]
SPARE_CALLS = 24


@dataclass
class Asked:
    """One prompt with the answer that the grader has for it."""

    index: int
    prompt: list[int]
    answer: list[int]
    fed: int = 0  # how many of its tokens
    first_call: int = -1  # the call that fed its first token
    last_call: int = -1  # the call that was answered with EOS, or the newest one

    @property
    def whole(self) -> list[int]:
        """What is fed in the end: the prompt and the answer."""
        return self.prompt + self.answer

    @property
    def is_over(self) -> bool:
        """Whether the model has answered EOS."""
        return self.fed == len(self.whole)

    @property
    def text(self) -> str:
        """The answer as text."""
        return "".join(WORDS[t] for t in self.answer)

    def next_token(self) -> int:
        """Return what follows the tokens fed so far."""
        return self.whole[self.fed] if self.fed < len(self.whole) else EOS


@dataclass
class Play:
    """A model that serves several requests, and everything that it has been fed."""

    asked: list[Asked]
    rng: np.random.Generator
    calls: list[ServedCall] = field(default_factory=list)
    live: list[list[int]] = field(default_factory=list)  # per call, the index of each row's request; -1: free
    offsets: list[tuple[int, int, int]] = field(
        default_factory=list
    )  # request, position, offset that was given
    ends_fed: int = 0  # rows that were fed EOS
    problem: tuple[str, str] | None = None

    @property
    def most_calls(self) -> int:
        """More than any order of work needs, one token a call."""
        return 2 * sum(len(a.whole) + 1 for a in self.asked) + SPARE_CALLS

    def model(self, args: list[Any], kwargs: dict[str, Any], _: Any) -> Array:
        """Answer one call: logits `[B, L, V]`, each row's last position pointing at its request's next token."""
        call = read_call(args, kwargs)
        if isinstance(call, str):
            self._stop("wrong-shape", call)
        assert isinstance(call, ServedCall)
        self.calls.append(call)
        if len(self.calls) > self.most_calls:
            self._stop("no-stop", f"more than {self.most_calls} calls of the model")
        starts = call.starts()
        rows = self.rng.standard_normal((len(call.ids), len(call.ids[0]), IDS)).astype(np.float32)
        rows[..., EOS] -= 20  # a free row never ends by chance
        live = []
        for row, ids in enumerate(call.ids):
            self.ends_fed += ids[-1] == EOS
            request = self._whose(ids)
            live.append(-1 if request is None or request.index in live else request.index)
            if request is None or live[-1] < 0:
                continue
            self.offsets.append((request.index, request.fed, -1 if starts is None else starts[row]))
            request.first_call = len(self.calls) - 1 if request.first_call < 0 else request.first_call
            request.last_call = len(self.calls) - 1
            request.fed += len(ids)
            token = request.next_token()
            rows[row, :-1, (token + 1) % EOS] += 30  # taking another position's answer shows
            rows[row, -1, token] = rows[row, -1].max() + 10 + row  # rows differ in what softmax ignores
        self.live.append(live)
        return make(rows, "float32")

    def tokenizer(self, *args: Any, method: str = "", **_: Any) -> list[int]:
        """Answer `encode`: the prompts are "prompt 0", "prompt 1", ..."""
        text = args[0] if args else None
        found = [a.prompt for a in self.asked if text == f"prompt {a.index}"]
        if not found:
            self._stop("wrong-prompt", f"encode was called with {text!r}, which is none of the prompts")
        return found[0]

    def _whose(self, ids: list[int]) -> Asked | None:
        """Return the request whose next tokens these are."""
        for request in self.asked:
            if ids and ids == request.whole[request.fed : request.fed + len(ids)]:
                return request
        return None

    def _stop(self, kind: str, text: str) -> None:
        self.problem = (kind, text)
        raise StopCall(text)


@dataclass(frozen=True)
class Setting:
    """Arguments of `batch_generate`, and the lengths of prompts and answers."""

    lengths: tuple[tuple[int, int], ...]
    batch_size: int = 5
    prefill_step: int = 128
    max_seq_len: int = 512

    def __str__(self) -> str:
        prompts = ", ".join(str(prompt) for prompt, _ in self.lengths)
        return (
            f"{TARGET}(model, tokenizer, prompts, max_seq_len={self.max_seq_len}, batch_size={self.batch_size}, "
            f"prefill_step={self.prefill_step}): prompts of {prompts} tokens"
        )


def cast(setting: Setting, rng: np.random.Generator) -> Play:
    """Return a play in which every token of every prompt and answer is another one."""
    ids = [int(i) for i in rng.permutation(np.arange(1, EOS))]  # 0 is what free rows are often fed
    asked = []
    for index, (prompt, answer) in enumerate(setting.lengths):
        whole, ids = ids[: prompt + answer], ids[prompt + answer :]
        asked.append(Asked(index, whole[:prompt], whole[prompt:]))
    return Play(asked, rng)


def play(bench: Bench, setting: Setting, index: int) -> tuple[Play, Any]:
    """Let the submission generate; return what was fed, and what it returned (None if the grader ended the call)."""
    made = cast(setting, bench.generator(bench.public, index))
    model = reviewed(bench, "model", forgives=True)
    return made, generate(bench, setting, made, model, made.model)


def generate(bench: Bench, setting: Setting, made: Play, model: Handle, answer: Callable[..., object]) -> Any:
    """Let the submission generate with `model`, which is answered by `answer`; return what it returned."""
    tokenizer = bench.stand_in(
        "tokenizer", "tokenizer", vocab=WORDS, eos_token_id=EOS, eos_token=WORDS[EOS], fresh=True
    )
    bench.called = str(setting)
    callbacks: dict[str, Callable[..., object]] = {"model": answer, "tokenizer": made.tokenizer}
    prompts = [f"prompt {a.index}" for a in made.asked]
    sizes = {
        "max_seq_len": setting.max_seq_len,
        "batch_size": setting.batch_size,
        "prefill_step": setting.prefill_step,
    }
    try:
        reply = bench.call(
            TARGET, model, tokenizer, prompts, by_name=sizes, callbacks=callbacks, complete=True
        )
    except Fault as fault:
        if fault.exception == "StopCall" and made.problem is not None:
            return None
        raise
    return reply.value


def results(bench: Bench, value: Any, count: int, end: str = WORDS[EOS]) -> list[tuple[int, str]]:
    """Return the indices and texts, without the text of EOS and outer blanks.

    Raises:
        Failed: it is no list of `count` pairs of an index and a text.
    """
    form = f"a list of {count} pairs (prompt_idx, text), one for every prompt"
    if not isinstance(value, (list, tuple)):
        bench.fail("wrong-type", form, "None" if value is None else type(value).__name__)
    pairs: list[tuple[int, str]] = []
    for pair in value:
        if not isinstance(pair, (list, tuple)) or [type(part) for part in pair] != [int, str]:
            bench.fail("wrong-type", form, f"an element that is no such pair: {pair!r}")
        pairs.append((pair[0], pair[1].strip().removesuffix(end).strip()))
    if len(pairs) != count:
        bench.fail("wrong-shape", form, f"{len(pairs)} pairs")
    return pairs


def by_index(bench: Bench, pairs: list[tuple[int, str]]) -> dict[int, str]:
    """Return the texts by prompt; the order is free.

    Raises:
        Failed: an index is missing, or there twice.
    """
    if sorted(index for index, _ in pairs) != list(range(len(pairs))):
        what = f"the indices 0 to {len(pairs) - 1}, each once"
        hint = "a request keeps its prompt_idx, whatever row it gets"
        bench.fail("wrong-index", what, f"indices {[index for index, _ in pairs]}", hint)
    return dict(pairs)


def judge_problem(bench: Bench, made: Play) -> None:
    """Fail if the grader has ended the call."""
    if made.problem is None:
        return
    kind, text = made.problem
    what, hint = "the model is called with ids [B, L] until every request has got EOS", ""
    waiting = [a for a in made.asked if not a.is_over]
    if kind == "no-stop" and made.ends_fed:
        hint = "a request is done when its token id equals tokenizer.eos_token_id"
    elif kind == "no-stop" and waiting:
        text += (
            f", and prompt {waiting[0].index} has been fed {waiting[0].fed} of {len(waiting[0].whole)} tokens"
        )
        hint = "each row takes the likeliest token of its own last position, logits[row, -1]"
    bench.fail(kind, what, text, hint)


def shown(texts: Sequence[str]) -> str:
    """Return a few texts for a message."""
    return ", ".join(repr(t if len(t) <= 40 else f"{t[:40]}...") for t in texts)
