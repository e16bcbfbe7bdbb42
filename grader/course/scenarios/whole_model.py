"""The submission's generation with the submission's own model, on the checkpoint that ships.

The checkpoint has learned a set of questions by heart: along the right answers the first token leads the second by
more than ten nats, so honest rounding never flips one. The grader looks on: it sees the tokens of every call.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from grader.course.arrays import numbers
from grader.paths import MODELS
from grader.worker.client import StopCall
from grader.worker.wire import Array

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from grader.run.bench import Bench

CHECKPOINT = "qwen2-tiny-4bit"
TARGET = "generate.simple_generate"
MODEL = "qwen2_week1.Qwen2ModelWeek1"
END = "<|im_end|>"
PUBLIC_QUESTION = "What is a KV cache?"
EXTRA_CALLS = 2


@lru_cache(maxsize=1)
def tokenizer() -> Tokenizer:
    """Return the tokenizer of the checkpoint."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(MODELS / CHECKPOINT / "tokenizer.json"))


@lru_cache(maxsize=1)
def questions() -> dict[str, str]:
    """Return the answers by question."""
    pairs = json.loads((MODELS / "questions.json").read_text())
    return {pair["question"]: pair["answer"] for pair in pairs}


def prompt(question: str) -> str:
    """Return the question in Qwen's chat template."""
    system = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
    return f"{system}<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"


def answers_questions(bench: Bench) -> None:
    """With the submission's own model, every token fed is the one that the checkpoint has learned."""
    asked = [PUBLIC_QUESTION]
    if bench.include_hidden:
        asked.append(str(bench.generator(public=False).choice(sorted(questions()))))
    for question in asked:
        _answer(bench, question, public=question == PUBLIC_QUESTION)
        bench.done()


def _answer(bench: Bench, question: str, public: bool) -> None:
    bench.public = public
    words = tokenizer()
    end = words.token_to_id(END)
    assert end is not None
    start = words.encode(prompt(question), add_special_tokens=False).ids
    answer = words.encode(questions()[question], add_special_tokens=False).ids
    fed: list[list[int]] = []

    def look_on(*inputs: Any, **_: Any) -> None:
        ids = inputs[0] if inputs else None
        whole = isinstance(ids, Array) and ids.dtype.startswith(("int", "uint")) and len(ids.shape) == 2
        fed.append([int(i) for i in numbers(ids)[0]] if whole else [])  # type: ignore[arg-type]
        if len(fed) > len(answer) + 1 + EXTRA_CALLS:
            raise StopCall("the model was called on and on after the end of the answer")

    _generate(bench, question, public, start, end, look_on)
    named = f"the question {question!r}" if public else "a hidden question"
    for step, got in enumerate(fed[: len(answer) + 1]):
        right = start + answer[:step]
        if got != right:
            text = words.decode(got[len(start) :]) if len(got) > len(start) else "something else"
            shown = f"{text!r} after {step} tokens" if public else f"another token after {step} tokens"
            bench.fail("wrong-answer", f"{named} is answered {_learned(question, public)}", shown)
    if len(fed) <= len(answer):
        bench.fail("stopped-early", f"{len(answer) + 1} calls of the model", f"{len(fed)} calls")
    if len(fed) > len(answer) + 1:
        bench.fail("no-stop", "no call of the model after <|im_end|>", f"{len(fed) - len(answer) - 1} calls")


def _learned(question: str, public: bool) -> str:
    return repr(questions()[question]) if public else "with the words that the checkpoint has learned"


def _generate(bench: Bench, question: str, public: bool, start: list[int], end: int, look_on: Any) -> None:
    from grader.worker.faults import Fault

    words = tokenizer()
    vocabulary = [words.decode([i], skip_special_tokens=False) for i in range(words.get_vocab_size())]
    model = bench.construct(MODEL, bench.checkpoint(CHECKPOINT))
    observed = bench.stand_in("observed", "look_on", target=model)
    encoder = bench.stand_in("tokenizer", "tokenizer", vocab=vocabulary, eos_token_id=end, eos_token=END)
    asked = repr(question) if public else "a hidden question"
    bench.called = f"{TARGET}({MODEL}({CHECKPOINT}), tokenizer, {asked}, None)"
    callbacks = {"look_on": look_on, "tokenizer": lambda *_, **__: start}
    try:
        bench.call(
            TARGET,
            observed,
            encoder,
            prompt(question),
            by_name={"sampler": None},
            callbacks=callbacks,
            drop=("sampler",),
        )
    except Fault as fault:
        if fault.exception != "StopCall":
            raise
