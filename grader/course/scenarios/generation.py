"""`generate.simple_generate` with a model of the grader's own choosing.

The model that the submission calls is a stand-in: every call comes back to the grader, which sees the tokens that were
fed and answers with logits for the token of its script. What is fed is what is judged; nothing that the submission
prints or returns has to be believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.course.arrays import make, numbers
from grader.worker.client import Reply, StopCall
from grader.worker.faults import RefuseCall
from grader.worker.wire import Array

if TYPE_CHECKING:
    from grader.run.bench import Bench

VOCABULARY = [f" w{i}" for i in range(40)] + ["<|im_end|>"]
EOS = 40
TARGET = "generate.simple_generate"
LONGEST = 512  # tokens in one call; no script comes near it
Lengths = tuple[int, int]  # of prompt and answer
EXTRA_CALLS = 3  # after the end of the script, before the grader ends the call


@dataclass
class Script:
    """A stand-in model: answers with the tokens of `answer` one after the other, then with EOS."""

    prompt: list[int]
    answer: list[int]
    rng: np.random.Generator
    dtype: str = "float32"
    fed: list[list[int]] = field(default_factory=list)
    logits: list[np.ndarray[Any, Any]] = field(default_factory=list)
    problem: tuple[str, str] | None = None

    def model(self, *inputs: Any, **_: Any) -> Array:
        """Answer one call of the submission: logits `[B, L, V]` whose last row points at the next token."""
        ids = inputs[0] if inputs else None
        if not isinstance(ids, Array) or not ids.dtype.startswith(("int", "uint")):
            self._stop(
                "wrong-type", f"the model was called with {ids!r}, not with an integer array of token ids"
            )
        assert isinstance(ids, Array)
        if len(ids.shape) != 2 or ids.shape[0] != 1 or not 1 <= ids.shape[1] <= LONGEST:
            self._stop("wrong-shape", f"the model was called with ids of shape {list(ids.shape)}, not [1, L]")
        self.fed.append([int(i) for i in numbers(ids)[0]])
        step = len(self.fed) - 1
        if step > len(self.answer) + EXTRA_CALLS:
            self._stop("no-stop", f"{EXTRA_CALLS + 1} more calls of the model after the EOS token")
        token = self.answer[step] if step < len(self.answer) else EOS
        rows = self.rng.standard_normal((ids.shape[1], len(VOCABULARY))) * 3
        # the other rows point elsewhere, so that taking the wrong row shows
        rows[np.arange(ids.shape[1] - 1), self.rng.integers(0, EOS, ids.shape[1] - 1)] += 12
        rows[-1] = self.rng.standard_normal(len(VOCABULARY)) * 3
        rows[-1, token] = rows[-1].max() + 2
        self.logits.append(rows[-1])
        return make(rows[None], self.dtype)

    def tokenizer(self, *_: Any, method: str = "", **__: Any) -> list[int]:
        """Answer `encode`."""
        return self.prompt

    def _stop(self, kind: str, text: str) -> None:
        self.problem = (kind, text)
        raise StopCall(text)


def run(bench: Bench, script: Script, handle: Any = None, **callbacks: Callable[..., object]) -> Reply | None:
    """Let the submission generate with the script; return its reply, or None if the grader ended the call."""
    from grader.worker.faults import Fault

    model = bench.stand_in("model", "model")
    tokenizer = bench.stand_in(
        "tokenizer", "tokenizer", vocab=VOCABULARY, eos_token_id=EOS, eos_token=VOCABULARY[EOS]
    )
    bench.called = (
        f"{TARGET}(model, tokenizer, prompt, sampler={'None' if handle is None else 'sampler'}): "
        f"prompt of {len(script.prompt)} tokens, answer of {len(script.answer)}"
    )
    answer: dict[str, Callable[..., object]] = {
        "model": script.model,
        "tokenizer": script.tokenizer,
        **callbacks,
    }
    try:
        return bench.call(
            TARGET,
            model,
            tokenizer,
            "a question",
            by_name={"sampler": handle},
            callbacks=answer,
            drop=("sampler",) if handle is None else (),
        )
    except Fault as fault:
        if fault.exception == "StopCall" and script.problem is not None:
            return None
        raise


def _scripts(
    bench: Bench, public: Lengths, hidden: tuple[Lengths, ...] = (), dtype: str = "float32"
) -> Iterator[Script]:
    """Yield one public script and, if hidden cases count, secret ones of the other lengths."""
    for index, (prompt, answer) in enumerate((public, *hidden)):
        bench.public = index == 0
        if not bench.public and not bench.include_hidden:
            break
        rng = bench.generator(public=bench.public, index=index + 1)
        ids = rng.integers(0, EOS, prompt + answer).tolist()
        yield Script(ids[:prompt], ids[prompt:], rng, dtype)


def _ids(ids: list[int]) -> str:
    return str(ids) if len(ids) <= 12 else f"[{', '.join(map(str, ids[:6]))}, ... {len(ids)} tokens]"


def _judge_feed(bench: Bench, script: Script, expected: list[int]) -> None:
    """Fail unless step i was fed the prompt and the first i tokens of `expected`."""
    for step, fed in enumerate(script.fed[: len(expected) + 1]):
        whole = script.prompt + expected[:step]
        if fed == whole:
            continue
        what = f"step {step + 1} feeds the prompt and the {step} tokens generated so far: {_ids(whole)}"
        hint = ""
        if fed == whole[-1:] and step:
            hint = "only the newest token was fed, but there is no cache yet; feed the whole sequence"
        elif step and fed == script.prompt:
            hint = "the prompt was fed again without the generated tokens; append each token to the sequence"
        elif step and len(fed) == len(whole) and fed[: len(whole) - 1] == whole[:-1]:
            hint = _wrong_token(script, step - 1, fed[-1])
        bench.fail("wrong-feed", what, f"{_ids(fed)}", hint)
    if len(script.fed) <= len(expected):
        bench.fail(
            "stopped-early",
            f"{len(expected) + 1} calls of the model: one for every token and one that answers EOS",
            f"{len(script.fed)} calls",
        )


def _wrong_token(script: Script, step: int, token: int) -> str:
    logits = script.logits[step]
    if token == int(np.argmin(logits)):
        return "the token with the smallest logit was taken (reproduces your numbers)"
    return "the token was not taken from the last position's logits, logits[:, -1, :]"


def _judge_end(bench: Bench, script: Script, calls: int) -> None:
    if script.problem is not None:
        kind, text = script.problem
        hint = ""
        if kind == "no-stop":
            hint = "compare the token id with tokenizer.eos_token_id and leave the loop"
        bench.fail(kind, "the model is called with ids [1, L] until it answers EOS, then no more", text, hint)
    if len(script.fed) > calls:
        bench.fail(
            "late-stop",
            f"no call of the model after it answered EOS: {calls} calls",
            f"{len(script.fed)} calls",
            "test for EOS before the next call of the model",
        )


def feeds_whole_sequence(bench: Bench) -> None:
    """Every step feeds the prompt and all tokens generated so far, and takes the most likely next token."""
    for script in _scripts(bench, (5, 4), hidden=((1, 3), (9, 7), (3, 12))):
        run(bench, script)
        if script.problem is not None and script.problem[0] != "no-stop":
            _judge_end(bench, script, len(script.answer) + 1)
        _judge_feed(bench, script, script.answer)
        bench.done()


def stops_at_eos(bench: Bench) -> None:
    """The loop ends when the model answers EOS, at the first token too, and the model is not called again."""
    for script in _scripts(bench, (4, 3), hidden=((6, 0), (2, 1))):
        run(bench, script)
        if not script.fed:
            bench.fail("not-called", "the model is called until it answers EOS", "the model was never called")
        _judge_end(bench, script, len(script.answer) + 1)
        if len(script.fed) <= len(script.answer):
            bench.fail("stopped-early", f"{len(script.answer) + 1} calls", f"{len(script.fed)} calls")
        bench.done()


def half_precision_logits(bench: Bench) -> None:
    """Logits in float16 and bfloat16 work like those in float32."""
    for dtype in ("float16", "bfloat16"):
        for script in _scripts(bench, (3, 3), dtype=dtype):
            run(bench, script)
            _judge_feed(bench, script, script.answer)
            _judge_end(bench, script, len(script.answer) + 1)
            bench.done()


def uses_sampler(bench: Bench) -> None:
    """With a sampler the next token is the sampler's, not the most likely one."""
    for script in _scripts(bench, (4, 5), hidden=((2, 6),)):
        chosen: list[int] = []

        def sampler(
            logprobs: Any, *_: Any, chosen: list[int] = chosen, script: Script = script, **__: Any
        ) -> Array:
            step = len(chosen)
            if step >= len(script.logits):
                raise RefuseCall("the sampler was called before the model")
            token = int(np.argsort(script.logits[step])[-3 - step % 2])
            chosen.append(token if step < len(script.answer) else EOS)
            return make(np.array([chosen[-1]]), "int32")

        script.answer = [(t + 1) % EOS for t in script.answer]
        handle = bench.stand_in("function", "sampler")
        run(bench, script, handle, sampler=sampler)
        if not chosen:
            hint = "the sampler was never called; use it in place of argmax when it is not None"
            bench.fail(
                "sampler-ignored", "every next token comes from sampler(logprobs)", "0 calls of it", hint
            )
        expected = [t for t in chosen if t != EOS]
        _judge_feed(bench, script, expected)
        bench.done()


def sampler_gets_logprobs(bench: Bench) -> None:
    """The sampler is given log-probabilities `[1, V]` of the last position: they sum to one and match the logits."""
    for script in _scripts(bench, (4, 2), hidden=((3, 3),)):
        seen: list[Any] = []

        def sampler(
            logprobs: Any, *_: Any, seen: list[Any] = seen, script: Script = script, **__: Any
        ) -> Array:
            seen.append(logprobs)
            token = script.answer[len(seen) - 1] if len(seen) <= len(script.answer) else EOS
            return make(np.array([token]), "int32")

        run(bench, script, bench.stand_in("function", "sampler"), sampler=sampler)
        if not seen:
            bench.fail(
                "sampler-ignored",
                "sampler(logprobs) is called once per token",
                "the sampler was never called",
            )
        for given, logits in zip(seen, script.logits, strict=False):
            _judge_logprobs(bench, given, logits)
        bench.done()


def _judge_logprobs(bench: Bench, given: Any, logits: np.ndarray[Any, Any]) -> None:
    want = f"float[1, {len(VOCABULARY)}], log-probabilities of the last position"
    if not isinstance(given, Array) or given.shape != (1, len(VOCABULARY)):
        bench.fail("wrong-shape", want, repr(given))
    if not given.dtype.startswith(("float", "bfloat")):
        bench.fail("wrong-dtype", want, given.dtype)
    values = numbers(given)[0]
    right = logits - np.log(np.exp(logits - logits.max()).sum()) - logits.max()
    if np.abs(values - right).max() <= 1e-3:
        return
    hints = {
        "the logits were passed on as they are; subtract their logsumexp": logits,
        "probabilities were passed on; the sampler takes log-probabilities": np.exp(right),
    }
    proved = [text for text, wrong in hints.items() if np.abs(values - wrong).max() <= 1e-3]
    total = float(np.exp(values - values.max()).sum() * np.exp(values.max()))
    hint = f"{proved[0]} (reproduces your numbers)" if proved else ""
    bench.fail("not-logprobs", want, f"numbers whose exponentials sum to {total:.4g}", hint)


def prints_text(bench: Bench) -> None:
    """The generated text is printed, or returned."""
    for script in _scripts(bench, (4, 5)):
        reply = run(bench, script)
        text = "".join(VOCABULARY[t] for t in script.answer)
        returned = reply.value if reply is not None and isinstance(reply.value, str) else ""
        if text.strip() not in (reply.printed if reply is not None else "") and text.strip() not in returned:
            bench.fail(
                "not-printed", f"the text {text!r} is printed as it is generated", "it is not in the output"
            )
        bench.done()
