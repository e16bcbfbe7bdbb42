"""The checks of generation: what is fed to a model of the grader's own, and when the loop ends."""

from __future__ import annotations

import numpy as np
import pytest
from plays import FakeBench, outcome

from grader.course.scenarios import generation
from grader.course.scenarios.generation import EOS, VOCABULARY


def simple_generate(**flaw):
    """Return a submission's loop, right but for its flaws."""

    def generate(model, encode, sampler, side):
        prompt = encode("text")
        ids = list(prompt)
        while True:
            newest = ids[-1:] if len(ids) > len(prompt) else ids
            fed = {"newest": newest, "prompt": prompt}.get(flaw.get("feed"), ids)
            shape = [fed] if flaw.get("rank") != 1 else fed
            rows = model([shape[0], shape[0]] if flaw.get("batch") else shape)
            logits = rows[flaw.get("row", -1)]
            logprobs = logits - np.log(np.exp(logits - logits.max()).sum()) - logits.max()
            if sampler and not flaw.get("no_sampler"):
                given = {"logits": logits, "probabilities": np.exp(logprobs)}.get(flaw.get("given"), logprobs)
                token = sampler(given[None])
            else:
                token = int(logits.argmin() if flaw.get("argmin") else logits.argmax())
            if token == EOS and not flaw.get("no_stop"):
                for _ in range(flaw.get("more", 0)):
                    model([[*ids, token]])
                return side.printed if flaw.get("returns") else None
            if len(ids) - len(prompt) >= flaw.get("most", 1000):
                return None
            ids.append(token)
            side.printed += "" if flaw.get("silent") else VOCABULARY[token]

    return generate


SCENARIOS = {
    "feeds": generation.feeds_whole_sequence,
    "stops": generation.stops_at_eos,
    "sampler": generation.uses_sampler,
    "logprobs": generation.sampler_gets_logprobs,
    "half": generation.half_precision_logits,
    "prints": generation.prints_text,
}


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("include_hidden", [False, True])
def test_a_right_loop_passes(name, include_hidden):
    """Every scenario, over several seeds of the hidden scripts."""
    results = {
        outcome(SCENARIOS[name], FakeBench(simple_generate(), seed, include_hidden)) for seed in range(5)
    }
    assert results == {("", "")}


@pytest.mark.parametrize(
    ("name", "flaw", "kind", "hint"),
    [
        ("feeds", {"feed": "newest"}, "wrong-feed", "only the newest token was fed"),
        ("feeds", {"feed": "prompt"}, "wrong-feed", "the prompt was fed again"),
        ("feeds", {"argmin": True}, "wrong-feed", "the token with the smallest logit"),
        ("feeds", {"row": 0}, "wrong-feed", "the token was not taken from the last position"),
        ("feeds", {"most": 2}, "stopped-early", ""),
        ("feeds", {"rank": 1}, "wrong-shape", ""),
        ("feeds", {"batch": True}, "wrong-shape", ""),
        ("feeds", {"no_stop": True}, "", ""),  # that is what the next check is for
        ("stops", {"no_stop": True}, "no-stop", "compare the token id"),
        ("stops", {"more": 1}, "late-stop", "test for EOS before"),
        ("stops", {"most": 0}, "stopped-early", ""),
        ("sampler", {"no_sampler": True}, "sampler-ignored", "the sampler was never called"),
        ("logprobs", {"no_sampler": True}, "sampler-ignored", ""),
        ("logprobs", {"given": "logits"}, "not-logprobs", "the logits were passed on"),
        ("logprobs", {"given": "probabilities"}, "not-logprobs", "probabilities were passed on"),
        ("half", {"feed": "newest"}, "wrong-feed", "only the newest token was fed"),
        ("prints", {"silent": True}, "not-printed", ""),
    ],
)
def test_a_wrong_loop_reads_its_mistake(name, flaw, kind, hint):
    """The kind of finding and what it comes from."""
    got, said = outcome(SCENARIOS[name], FakeBench(simple_generate(**flaw)))
    assert got == kind
    assert said.startswith(hint)
    assert bool(said) == bool(hint)


def test_a_loop_that_never_calls_the_model_is_caught():
    """It cannot pass by doing nothing."""
    kinds = [outcome(s, FakeBench(lambda *_: None))[0] for s in SCENARIOS.values()]
    assert "" not in kinds


def test_text_that_is_returned_counts_as_printed():
    """Some loops return the text in place of printing it."""

    def quiet(model, encode, sampler, side):
        simple_generate()(model, encode, sampler, side)
        text, side.printed = side.printed, ""
        return text

    assert outcome(generation.prints_text, FakeBench(quiet)) == ("", "")
