"""`batch.batch_generate` with the submission's own model: its numbers in the batch, and its texts.

The logits of every call are judged before the grader answers in their place, so that all the parts that a running
batch is made of, caches that requests join and leave among them, are seen at work together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from grader.course.scenarios import continuous, served, whole_model
from grader.course.scenarios.continuous import TARGET, Play, Setting, cast, judge_problem
from grader.course.scenarios.served import Fed, Span, Step
from grader.course.scenarios.served_call import read_call
from grader.worker.client import StopCall
from grader.worker.faults import Fault
from grader.worker.wire import Array

if TYPE_CHECKING:
    from grader.run.bench import Bench

PUBLIC = Setting(((5, 4), (2, 7), (7, 3), (3, 5)), 2, 4)
HIDDEN = (Setting(((3, 8), (9, 2), (1, 5), (6, 4), (4, 3)), 3, 5),)
PUBLIC_QUESTIONS = (
    "How many hours are in a day?",
    "How many chunks of 128 hold a prompt of 300?",
    "What is paged attention?",
)


class Numbers:
    """Keeps the logits of every call of a play, and what each of its rows has been fed."""

    def __init__(self, made: Play, name: str) -> None:
        self.made, self.name = made, name
        self.steps: list[Step] = []
        self._spans: dict[int, tuple[Span, ...]] = {a.index: () for a in made.asked}

    def model(self, args: list[Any], kwargs: dict[str, Any], result: Any) -> Array:
        """Keep the result of a call and answer in its place."""
        before = {a.index: a.fed for a in self.made.asked}
        answer = self.made.model(args, kwargs, result)
        call, live = self.made.calls[-1], self.made.live[-1]
        starts = [before[i] if i >= 0 else 0 for i in live]
        rows: list[Fed | None] = []
        for index, start in zip(live, starts, strict=True):
            if index < 0:
                rows.append(None)
                continue
            span = Span(start, start + len(call.ids[0]), tuple(starts), max(starts) - start)
            self._spans[index] = (*self._spans[index], span)
            rows.append(Fed(tuple(self.made.asked[index].whole), self._spans[index]))
        if any(row is not None for row in rows):
            who = ", ".join(f"prompt {i}" if i >= 0 else "free" for i in live)
            note = f"call {len(self.made.calls)} of {TARGET}, rows: {who}"
            self.steps.append(Step(tuple(rows), result, f"{self.name}: {call}; {note}"))
        return answer


def logits_in_the_batch(bench: Bench) -> None:
    """In a running batch every request gets the logits that it gets alone, whoever joins and leaves."""
    for index, setting in enumerate((PUBLIC, *HIDDEN)):
        bench.public = index == 0
        if not bench.public and not bench.include_hidden:
            break
        made = cast(setting, bench.generator(bench.public, index + 1))
        model = served.build(bench, "random-tied")
        numbers = Numbers(made, model.name)
        stand_in = bench.stand_in("reviewed", "model", target=model.handle, shows=True)
        continuous.generate(bench, setting, made, stand_in, numbers.model)
        bench.judge(numbers.steps, model.checkpoint)
        judge_problem(bench, made)
        late = [a for a in made.asked if not a.is_over]
        if late:
            what = f"prompt {late[0].index}: {len(late[0].whole)} tokens fed"
            bench.fail("wrong-feed", what, f"{late[0].fed} of them")
        bench.done()


def answers_questions(bench: Bench) -> None:
    """With the submission's own model the questions of the checkpoint that ships are answered word for word."""
    for public in (True, False) if bench.include_hidden else (True,):
        bench.public = public
        _answer(bench, _questions(bench), *((2, 16) if public else (3, 7)))
        bench.done()


def _questions(bench: Bench) -> list[str]:
    if not bench.public:
        known = sorted(whole_model.questions())
        return [str(question) for question in bench.generator(False).choice(known, 4, replace=False)]
    return list(PUBLIC_QUESTIONS)


def _answer(bench: Bench, asked: list[str], batch_size: int, prefill_step: int) -> None:
    words = whole_model.tokenizer()
    prompts = [whole_model.prompt(question) for question in asked]
    encoded = {p: words.encode(p, add_special_tokens=False).ids for p in prompts}
    vocabulary = [words.decode([i], skip_special_tokens=False) for i in range(words.get_vocab_size())]
    answers = [words.encode(whole_model.questions()[q], add_special_tokens=False).ids for q in asked]
    right = ["".join(vocabulary[i] for i in ids) for ids in answers]  # as the stand-in decodes them
    needed = sum(map(len, [*encoded.values(), *answers]))
    fed = 0

    def look_on(*args: Any, **kwargs: Any) -> None:
        nonlocal fed
        call = read_call(args, kwargs)
        fed += 0 if isinstance(call, str) else sum(map(len, call.ids))
        if fed > 20 * needed:
            raise StopCall("the model was called on and on after the end of the answers")

    model = bench.construct(served.MODEL, bench.checkpoint(whole_model.CHECKPOINT))
    observed = bench.stand_in("observed", "look_on", target=model)
    end = int(words.token_to_id(whole_model.END) or 0)
    encoder = bench.stand_in(
        "tokenizer", "tokenizer", vocab=vocabulary, eos_token_id=end, eos_token=whole_model.END, fresh=True
    )
    what = f"{len(asked)} questions" if bench.public else "hidden questions"
    bench.called = f"{TARGET}({served.MODEL}({whole_model.CHECKPOINT}), tokenizer, {what})"
    callbacks: dict[str, Callable[..., object]] = {
        "look_on": look_on,
        "tokenizer": lambda text, **_: encoded.get(text, encoded[prompts[0]]),
    }
    sizes = {"max_seq_len": 128, "batch_size": batch_size, "prefill_step": prefill_step}
    try:
        value = bench.call(
            TARGET, observed, encoder, prompts, by_name=sizes, callbacks=callbacks, complete=True
        ).value
    except Fault as fault:
        if fault.exception != "StopCall":
            raise
        bench.fail("no-stop", "no call of the model after the last <|im_end|>", "calls without an end")
    got = continuous.by_index(bench, continuous.results(bench, value, len(asked), whole_model.END))
    for index, text in enumerate(right):
        if got[index] != text.strip():
            bench.fail("wrong-answer", f"{asked[index]!r} is answered {text!r}", repr(got[index]))
    if fed < needed:
        bench.fail("not-called", f"the model is fed {needed} tokens", f"{fed}")
