"""The checks of loops that serve a model beside caches: what is fed, where, to whom, and whose text it is."""

from __future__ import annotations

import numpy as np
import pytest

from grader.course.arrays import make, numbers
from grader.course.scenarios import cached_generation, continuous_batching
from grader.course.scenarios.served_call import ServedCall, read_call
from grader.result import Message
from grader.run.findings import Failed
from grader.worker.client import Reply, StopCall
from grader.worker.faults import Fault
from grader.worker.wire import Handle


class ServingBench:
    """Plays the grader's side for a loop that is a Python function; it has no model of its own that can be built.

    The submission gets `model(ids, offset, caches) -> logits` in numpy, `encode(text) -> ids`, and the other arguments.
    """

    def __init__(self, submission, seed=0, include_hidden=True):
        self.submission, self.seed, self.include_hidden = submission, seed, include_hidden
        self.called, self.passed, self.public, self.specs = "", 0, True, {}

    def generator(self, public, index=1):
        return np.random.default_rng([1 if public else self.seed + 2, index])

    def tree(self, checkpoint):
        return checkpoint

    def construct(self, target, *args, **by_name):
        raise Fault("ERROR", "not there", "NotImplementedError")

    def stand_in(self, kind, name, **spec):
        self.specs[name] = spec
        return name

    def done(self):
        self.passed += 1

    def fail(self, kind, expected, got, hint="", called=""):
        raise Failed(Message(kind, called or self.called, expected, got, hint=hint))

    def call(self, target, model, tokenizer, prompts, callbacks, by_name=None, complete=False):
        def ask(ids, offset, caches=()):
            handles = [Handle(id(cache) % 10**9, "Cache") for cache in caches]
            answer = callbacks[model]([make(np.asarray(ids), "int32"), offset, handles], {}, None)
            return numbers(answer)

        def encode(text):
            return callbacks[tokenizer](text, method="encode")

        spec = self.specs[tokenizer]
        try:
            value = self.submission(ask, encode, spec["vocab"], spec["eos_token_id"], prompts, by_name or {})
        except StopCall as stop:
            raise Fault("ERROR", stop.reason, "StopCall") from stop
        return Reply(value, None, "", 0.0, 0.0)


def outcome(scenario, submission, seed=0):
    """Return the kind and the hint of what a scenario says; two empty words if it passes."""
    try:
        scenario(ServingBench(submission, seed))
    except Failed as failure:
        return failure.message.kind, failure.message.hint
    return "", ""


def cached_loop(**flaw):
    """Return a loop beside a cache, right but for its flaws."""

    def generate(model, encode, words, eos, prompt, _):
        fed, offset, text, caches = encode(prompt), flaw.get("start", 0), "", [object(), object()]
        if flaw.get("one_cache"):
            caches = [caches[0]] * 2
        while True:
            if flaw.get("new_caches"):
                caches = [object(), object()]
            logits = model([fed] if flaw.get("rank") != 1 else fed, offset, caches)
            offset += flaw.get("grows", len(fed))
            token = int(logits[0, flaw.get("row", -1)].argmax())
            if token == eos and not flaw.get("no_stop"):
                for _ in range(flaw.get("more", 0)):
                    model([[token]], offset, caches)
                return text
            text += words[token]
            if len(text.split()) >= flaw.get("most", 1000):
                return text
            fed = [*fed, token] if flaw.get("whole") else [token]

    return generate


@pytest.mark.parametrize("name", ["feeds_each_token_once", "stops_at_eos", "prints_text"])
def test_a_right_loop_beside_a_cache_passes(name):
    """Over several seeds of the hidden scripts."""
    scenario = getattr(cached_generation, name)
    assert {outcome(scenario, cached_loop(), seed) for seed in range(4)} == {("", "")}


@pytest.mark.parametrize(
    ("name", "flaw", "kind", "hint"),
    [
        ("feeds_each_token_once", {"whole": True}, "wrong-feed", "earlier tokens are fed again"),
        ("feeds_each_token_once", {"grows": 0}, "wrong-offset", "add the number of tokens"),
        ("feeds_each_token_once", {"start": 1}, "wrong-offset", "the offset is off by one"),
        ("feeds_each_token_once", {"row": 0}, "wrong-feed", "the token is not taken from the last position"),
        ("feeds_each_token_once", {"new_caches": True}, "wrong-cache", "make the caches before the loop"),
        ("feeds_each_token_once", {"one_cache": True}, "wrong-cache", "make a cache for every layer"),
        ("feeds_each_token_once", {"most": 2}, "stopped-early", ""),
        ("feeds_each_token_once", {"rank": 1}, "wrong-shape", ""),
        ("feeds_each_token_once", {"no_stop": True}, "", ""),  # that is what the next check is for
        ("stops_at_eos", {"no_stop": True}, "no-stop", "compare the token id"),
        ("stops_at_eos", {"more": 1}, "late-stop", "test for EOS before"),
        ("stops_at_eos", {"most": 1}, "stopped-early", ""),
        ("prints_text", {"most": 1}, "not-printed", ""),
    ],
)
def test_a_wrong_loop_beside_a_cache_reads_its_mistake(name, flaw, kind, hint):
    """The kind of finding and what it comes from."""
    got, said = outcome(getattr(cached_generation, name), cached_loop(**flaw))
    assert got == kind
    assert said.startswith(hint)
    assert bool(said) == bool(hint)


def test_a_prompt_may_be_prefilled_in_parts():
    """All but its last token first, as mlx-lm does: every token is fed once, at its offset."""

    def generate(model, encode, words, eos, prompt, _):
        ids, caches = encode(prompt), [object(), object()]
        if len(ids) > 1:
            model([ids[:-1]], 0, caches)
        position, token, text = len(ids) - 1, ids[-1], ""
        while (token := int(model([[token]], position, caches)[0, -1].argmax())) != eos:
            position, text = position + 1, text + words[token]
        return text

    for name in ("feeds_each_token_once", "stops_at_eos", "prints_text"):
        assert outcome(getattr(cached_generation, name), generate) == ("", "")


def serving_loop(**flaw):
    """Return a continuous batching loop, right but for its flaws; rows without a request are fed 0."""

    def serve(model, encode, words, eos, prompts, sizes):
        step = flaw.get("step", sizes["prefill_step"])
        rows, waiting, results = [None] * flaw.get("rows", sizes["batch_size"]), list(enumerate(prompts)), []

        def finish(row, request):
            index = row if flaw.get("row_index") else request["index"]
            results.append((index, "".join(words[t] for t in request["new"])))
            rows[row] = None

        def take(row, request, token):
            if token == eos and not flaw.get("no_stop"):
                finish(row, request)
                return
            request["new"].append(token)
            if request["at"] >= sizes["max_seq_len"]:
                finish(row, request)

        while waiting or any(rows):
            may_join = not any(rows) if flaw.get("static") else True
            while waiting and may_join and None in rows:
                index, prompt = waiting.pop(0)
                ids, row = encode(prompt), rows.index(None)
                request = {"index": index, "at": 0, "new": []}
                for start in range(0, len(ids), step):
                    logits = model([ids[start : start + step]], start, ())
                request["at"], rows[row] = len(ids), request
                take(row, request, int(logits[0, -1].argmax()))
            if not any(rows):
                continue
            offsets = [r["at"] + flaw.get("ahead", 0) if r else 0 for r in rows]
            logits = model([[r["new"][-1]] if r else [0] for r in rows], offsets, ())
            for row, request in enumerate(list(rows)):
                if request:
                    request["at"] += 1
                    take(row, request, int(logits[0 if flaw.get("first_row") else row, -1].argmax()))
        return results

    return serve


SERVING = (
    "every_text_is_its_own",
    "more_prompts_than_rows",
    "eos_at_any_step",
    "feeds_each_token_once",
    "chunks",
    "decodes_together",
    "one_at_a_time",
    "stops_when_full",
)


@pytest.mark.parametrize("name", SERVING)
def test_a_right_server_passes(name):
    """Over several seeds of the hidden plays."""
    scenario = getattr(continuous_batching, name)
    assert {outcome(scenario, serving_loop(), seed) for seed in range(4)} == {("", "")}


@pytest.mark.parametrize(
    ("name", "flaw", "kind", "hint"),
    [
        ("every_text_is_its_own", {"row_index": True}, "wrong-index", "a request keeps its prompt_idx"),
        ("every_text_is_its_own", {"no_stop": True}, "no-stop", "a request is done when its token id"),
        ("every_text_is_its_own", {"first_row": True}, "wrong-text", ""),
        ("more_prompts_than_rows", {"rows": 9}, "wrong-shape", ""),
        ("feeds_each_token_once", {"ahead": 1}, "wrong-offset", "the offset is off by one"),
        ("chunks", {"step": 100}, "wrong-feed", ""),
        ("decodes_together", {"rows": 1}, "not-batched", ""),
        ("decodes_together", {"static": True}, "not-batched", "static batching"),
        ("one_at_a_time", {"rows": 2}, "wrong-shape", ""),
    ],
)
def test_a_wrong_server_reads_its_mistake(name, flaw, kind, hint):
    """The kind of finding and what it comes from."""
    got, said = outcome(getattr(continuous_batching, name), serving_loop(**flaw))
    assert got == kind
    assert said.startswith(hint)


@pytest.mark.parametrize(
    ("value", "kind"),
    [(None, "wrong-type"), (["text"], "wrong-type"), ([(0, 1)], "wrong-type"), ([(0, "a")], "wrong-shape")],
)
def test_results_of_another_form_are_named(value, kind):
    """None, texts alone, numbers in place of texts, too few."""
    right = serving_loop()

    def serve(*args):
        right(*args)
        return value

    assert outcome(continuous_batching.every_text_is_its_own, serve)[0] == kind


def test_a_server_that_never_calls_the_model_passes_nothing():
    """It cannot pass by doing nothing."""
    assert "" not in {outcome(getattr(continuous_batching, name), lambda *_: None)[0] for name in SERVING}
    assert "" not in {outcome(getattr(continuous_batching, name), lambda *_: [])[0] for name in SERVING}


IDS = make(np.array([[1, 2], [3, 4]]), "int32")


@pytest.mark.parametrize(
    ("args", "kwargs", "offset", "starts"),
    [
        ([IDS, 3, [Handle(1, "C")]], {}, 3, [3, 3]),
        ([IDS, [3, 5], [Handle(1, "C")]], {}, [3, 5], [3, 5]),
        ([IDS], {"offset": (3, 5), "cache": [Handle(1, "C")]}, [3, 5], [3, 5]),
        ([IDS, make(np.array([3, 5]), "int32")], {}, [3, 5], [3, 5]),
        ([IDS, make(np.array(7), "int32")], {}, 7, [7, 7]),
        ([IDS, [3], []], {}, [3], None),
        ([IDS, None], {}, None, None),
    ],
)
def test_calls_are_read_in_every_form(args, kwargs, offset, starts):
    """By position or keyword, numbers, lists, tuples and arrays."""
    call = read_call(args, kwargs)
    assert isinstance(call, ServedCall)
    assert call.ids == [[1, 2], [3, 4]]
    assert (call.offset, call.starts()) == (offset, starts)
    assert call.caches in (None, (1,))


@pytest.mark.parametrize("ids", [make(np.ones((1, 2)), "float32"), make(np.ones(2), "int32"), "text"])
def test_a_call_without_ids_is_named(ids):
    """Floats, one axis, no array."""
    assert isinstance(read_call([ids, 0], {}), str)
