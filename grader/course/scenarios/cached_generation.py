"""`generate.simple_generate_with_kv_cache` with a model whose answers are the grader's own.

The model that the loop calls is the submission's, so that caches fill as they would; its answers are replaced by the
grader's script. Where the submission has no model that can be built, the script answers alone: the loop is judged by
the tokens that it feeds and by the offsets that it says they have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.course.arrays import make
from grader.course.model import Checkpoint
from grader.course.scenarios import whole_model
from grader.course.scenarios.generation import EOS, EXTRA_CALLS, VOCABULARY, Lengths
from grader.course.scenarios.served import MODEL
from grader.course.scenarios.served_call import ServedCall, read_call
from grader.worker.client import Reply, StopCall
from grader.worker.faults import ERROR, Fault
from grader.worker.wire import Array, Handle

if TYPE_CHECKING:
    from grader.run.bench import Bench

TARGET = "generate.simple_generate_with_kv_cache"
CHECKPOINT = "random-tied"
LAYERS = 2


@dataclass
class Script:
    """A model's answers: the tokens of `answer` once the whole prompt has been fed, then EOS."""

    prompt: list[int]
    answer: list[int]
    rng: np.random.Generator
    calls: list[ServedCall] = field(default_factory=list)
    problem: tuple[str, str] | None = None

    @property
    def whole(self) -> list[int]:
        """Everything that a right loop feeds."""
        return self.prompt + self.answer

    def model(self, args: list[Any], kwargs: dict[str, Any], _: Any) -> Array:
        """Answer one call: logits `[1, L, V]` whose last row points at the next token, the others elsewhere."""
        call = read_call(args, kwargs)
        if isinstance(call, str):
            self._stop("wrong-shape", call)
        assert isinstance(call, ServedCall)
        if len(call.ids) != 1:
            self._stop("wrong-shape", f"the model was called with {len(call.ids)} rows for one prompt")
        self.calls.append(call)
        fed = np.cumsum([len(c.ids[0]) for c in self.calls])
        step = int((fed >= len(self.prompt)).sum()) - 1  # -1: a part of the prompt
        if step > len(self.answer) + EXTRA_CALLS:
            self._stop("no-stop", f"{EXTRA_CALLS + 1} more calls of the model after the EOS token")
        token = self.answer[step] if 0 <= step < len(self.answer) else EOS
        length = len(call.ids[0])
        rows = self.rng.standard_normal((length, len(VOCABULARY))) * 3
        rows[np.arange(length - 1), self.rng.integers(0, EOS, length - 1)] += 12
        rows[-1, token] = rows[-1].max() + 2
        return make(rows[None], "float32")

    def tokenizer(self, *_: Any, method: str = "", **__: Any) -> list[int]:
        """Answer `encode`."""
        return self.prompt

    def _stop(self, kind: str, text: str) -> None:
        self.problem = (kind, text)
        raise StopCall(text)


def _own_model(bench: Bench) -> Handle | None:
    """Let the submission build its model; None if it cannot."""
    tree = bench.tree(Checkpoint(CHECKPOINT, public=bench.public))
    try:
        return bench.construct(MODEL, tree)
    except Fault as fault:
        if fault.kind != ERROR:
            raise
        return None


def reviewed(bench: Bench, name: str, **options: Any) -> Handle:
    """Return the submission's model with answers of the grader's own; without one, the grader alone."""
    model = _own_model(bench)
    if model is None:
        return bench.stand_in("reviewed", name, num_hidden_layers=LAYERS)
    return bench.stand_in("reviewed", name, target=model, **options)


def _run(bench: Bench, script: Script) -> Reply | None:
    """Let the submission generate; return its reply, or None if the grader ended the call."""
    model = reviewed(bench, "model", forgives=True)
    tokenizer = bench.stand_in(
        "tokenizer", "tokenizer", vocab=VOCABULARY, eos_token_id=EOS, eos_token=VOCABULARY[EOS]
    )
    bench.called = (
        f"{TARGET}(model, tokenizer, prompt): prompt of {len(script.prompt)} tokens, "
        f"answer of {len(script.answer)}"
    )
    callbacks: dict[str, Callable[..., object]] = {"model": script.model, "tokenizer": script.tokenizer}
    try:
        return bench.call(TARGET, model, tokenizer, "a question", callbacks=callbacks, complete=True)
    except Fault as fault:
        if fault.exception == "StopCall" and script.problem is not None:
            return None
        raise


def _scripts(bench: Bench, public: Lengths, hidden: tuple[Lengths, ...] = ()) -> Iterator[Script]:
    """Yield one public script and, if hidden cases count, secret ones of the other lengths."""
    for index, (prompt, answer) in enumerate((public, *hidden)):
        bench.public = index == 0
        if not bench.public and not bench.include_hidden:
            break
        rng = bench.generator(public=bench.public, index=index + 1)
        ids = rng.integers(0, EOS, prompt + answer).tolist()
        yield Script(ids[:prompt], ids[prompt:], rng)


def _judge_feed(bench: Bench, script: Script) -> None:
    """Fail unless every token is fed once, in order, at its position, with the same caches.

    A prompt may be fed in parts. What comes after EOS is for the other check.
    """
    whole, position = script.whole, 0
    for step, call in enumerate(script.calls):
        if position >= len(whole):
            break
        ids = call.ids[0]
        if ids != whole[position : position + len(ids)]:
            what = "the prompt, then each new token once"
            bench.fail("wrong-feed", what, f"call {step + 1} feeds {ids}", _feed_hint(script, step))
        _judge_offset(bench, call, step, position)
        if call.caches is not None and call.caches != script.calls[0].caches:
            text = "every call gets the list of caches that the first one got"
            bench.fail("wrong-cache", text, f"call {step + 1} gets others", "make the caches before the loop")
        if call.caches is not None and len(set(call.caches)) < len(call.caches):
            text = "a list of as many caches as the model has layers"
            bench.fail("wrong-cache", text, "the same cache several times", "make a cache for every layer")
        position += len(ids)
    if position < len(whole) or len(script.calls) < len(script.answer) + 1:
        bench.fail("stopped-early", f"{len(whole)} tokens fed, until the model answers EOS", f"{position}")


def _judge_offset(bench: Bench, call: ServedCall, step: int, position: int) -> None:
    starts = call.starts()
    if starts == [position]:
        return
    got = "no offset that is a number" if starts is None else f"offset {starts[0]}"
    hint = ""
    if starts == [0]:
        hint = "add the number of tokens that have been fed to offset after every call"
    elif starts is not None and abs(starts[0] - position) == 1:
        hint = "the offset is off by one: it is the number of tokens that have been fed before this call"
    what = f"call {step + 1} begins at offset {position}"
    bench.fail("wrong-offset", what, got, hint)


def _feed_hint(script: Script, step: int) -> str:
    ids = script.calls[step].ids[0]
    if step and len(ids) > 1 and ids == script.whole[: len(ids)]:
        return "earlier tokens are fed again, but the cache holds them: feed only the newest token"
    return "the token is not taken from the last position's logits, logits[:, -1, :]" if step else ""


def _judge_end(bench: Bench, script: Script) -> None:
    if script.problem is not None:
        kind, text = script.problem
        hint = ""
        if kind == "no-stop":
            hint = "compare the token id with tokenizer.eos_token_id and leave the loop"
        bench.fail(kind, "the model is called with ids [1, L] until it answers EOS, then no more", text, hint)
    over = sum(len(c.ids[0]) for c in script.calls) - len(script.whole)
    if over > 0:
        hint = "test for EOS before the next call of the model"
        bench.fail("late-stop", "no token is fed after the model answered EOS", f"{over} more", hint)


def feeds_each_token_once(bench: Bench) -> None:
    """The prompt is fed first, then each new token alone, every call at its offset and with the same caches."""
    for script in _scripts(bench, (5, 4), hidden=((1, 3), (9, 7), (3, 12))):
        _run(bench, script)
        if script.problem is not None and script.problem[0] != "no-stop":
            _judge_end(bench, script)
        _judge_feed(bench, script)
        bench.done()


def stops_at_eos(bench: Bench) -> None:
    """The loop ends when the model answers EOS, at the first token too."""
    for script in _scripts(bench, (4, 3), hidden=((6, 0), (2, 1))):
        _run(bench, script)
        if not script.calls:
            bench.fail("not-called", "the model is called until it answers EOS", "the model was never called")
        _judge_end(bench, script)
        if len(script.calls) <= len(script.answer):
            bench.fail("stopped-early", f"{len(script.answer) + 1} calls", f"{len(script.calls)} calls")
        bench.done()


def prints_text(bench: Bench) -> None:
    """The generated text is printed, or returned."""
    for script in _scripts(bench, (4, 5)):
        reply = _run(bench, script)
        text = "".join(VOCABULARY[t] for t in script.answer).strip()
        returned = reply.value if reply is not None and isinstance(reply.value, str) else ""
        if text not in (reply.printed if reply is not None else "") and text not in returned:
            what = f"the text {text!r} is printed as it is generated"
            bench.fail("not-printed", what, "it is not in the output")
        bench.done()


def answers_questions(bench: Bench) -> None:
    """With the submission's own model, every token fed is the one that the checkpoint has learned."""
    asked = [whole_model.PUBLIC_QUESTION]
    if bench.include_hidden:
        others = sorted(whole_model.questions())
        asked.append(str(bench.generator(public=False).choice(others)))
    for index, question in enumerate(asked):
        bench.public = index == 0
        _answer(bench, question)
        bench.done()


def _answer(bench: Bench, question: str) -> None:
    words = whole_model.tokenizer()
    start = words.encode(whole_model.prompt(question), add_special_tokens=False).ids
    answer = words.encode(whole_model.questions()[question], add_special_tokens=False).ids
    end = int(words.token_to_id(whole_model.END) or 0)
    fed: list[int] = []

    def look_on(*args: Any, **kwargs: Any) -> None:
        call = read_call(args, kwargs)
        fed.extend([-1] if isinstance(call, str) else call.ids[0])
        if len(fed) > len(start) + len(answer) + EXTRA_CALLS:
            raise StopCall("the model was called on and on after the end of the answer")

    model = bench.construct(MODEL, bench.checkpoint(whole_model.CHECKPOINT))
    observed = bench.stand_in("observed", "look_on", target=model)
    vocabulary = [words.decode([i], skip_special_tokens=False) for i in range(words.get_vocab_size())]
    encoder = bench.stand_in(
        "tokenizer", "tokenizer", vocab=vocabulary, eos_token_id=end, eos_token=whole_model.END
    )
    named = f"the question {question!r}" if bench.public else "a hidden question"
    bench.called = f"{TARGET}({MODEL}({whole_model.CHECKPOINT}), tokenizer, {named})"
    try:
        bench.call(
            TARGET,
            observed,
            encoder,
            whole_model.prompt(question),
            callbacks={"look_on": look_on, "tokenizer": lambda *_, **__: start},
            complete=True,
        )
    except Fault as fault:
        if fault.exception != "StopCall":
            raise
    if fed != start + answer:
        right = f"{named} is answered {whole_model.questions()[question]!r}, each token fed once"
        text = words.decode(fed[len(start) :]) if -1 not in fed else "something else"
        bench.fail("wrong-answer", right, f"{text!r}")
