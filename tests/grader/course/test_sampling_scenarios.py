"""The checks of the sampler: a right one is never failed by chance, a wrong one nearly always is."""

from __future__ import annotations

import numpy as np
import pytest
from plays import FakeBench, outcome

from grader.course.arrays import make, numbers
from grader.course.scenarios import sampling
from grader.course.scenarios.frequencies import Draws

JUDGED = (
    sampling.temperature,
    sampling.cuts_top_k,
    sampling.cuts_top_p,
    sampling.keeps_one,
    sampling.both_cuts,
)


@pytest.fixture(scope="module")
def judged():
    """Return what is judged by frequencies: (setting, draws, right distributions, wrong ones by hint)."""
    bench = FakeBench(lambda *_: lambda logprobs: make([0], "int32"))
    plays = [
        p for make_plays in sampling.PLAYS.values() for side in (True, False) for p in make_plays(bench, side)
    ]
    return [(p.setting, p.count, p.right, p.wrong) for p in plays if isinstance(p, Draws)]


def test_right_samplers_are_never_failed(judged):
    """20,000 simulated runs over all settings and both readings of top_p: not one false alarm."""
    rng = np.random.default_rng(11)
    cases = [(draws, r) for _, draws, right, _ in judged for r in right]
    runs = -(-20_000 // len(cases))
    failed = sum(
        not sampling.fits(counts.astype(float), right)
        for draws, right in cases
        for counts in rng.multinomial(draws, right, size=runs)
    )
    assert (failed, runs * len(cases) >= 20_000) == (0, True)


def test_every_listed_mistake_is_caught(judged):
    """Each wrong distribution fails in at least 999 of 1,000 simulations, if it is another one than the right ones."""
    rng = np.random.default_rng(12)
    missed = {}
    for setting, draws, right, wrong in judged:
        for hint, distribution in wrong.items():
            if any(np.allclose(distribution, r) for r in right):
                continue
            samples = rng.multinomial(draws, distribution, size=1000)
            passed = sum(any(sampling.fits(c.astype(float), r) for r in right) for c in samples)
            if passed > 1:
                missed[str(setting), hint] = passed
    assert missed == {}


# at 0.6 it leaves what the nucleus without the crossing token holds, which is right too


def test_no_mistake_is_the_right_answer_everywhere(judged):
    """A hint that can never be shown is none: each differs from right in one setting at least."""
    telling = {
        hint
        for _, _, right, wrong in judged
        for hint, w in wrong.items()
        if not any(np.allclose(w, r) for r in right)
    }
    assert telling == {hint for _, _, _, wrong in judged for hint in wrong}


def test_fits_by_hand():
    """Outside the support never; exact proportions always; a fair coin that shows heads 300 times of 400 not."""
    half = np.array([0.5, 0.5, 0.0])
    assert sampling.fits(np.array([200.0, 200.0, 0.0]), half)
    assert not sampling.fits(np.array([200.0, 199.0, 1.0]), half)
    assert not sampling.fits(np.array([300.0, 100.0, 0.0]), half)
    assert sampling.fits(np.array([400.0, 0.0, 0.0]), np.array([1.0, 0.0, 0.0]))


def test_cuts_by_hand():
    """Temperature, top-k and the two nuclei of a small distribution."""
    p = np.array([0.1, 0.4, 0.3, 0.2])
    np.testing.assert_allclose(sampling.tempered(p, 1.0), p)
    np.testing.assert_allclose(sampling.tempered(p, 0.5), p**2 / 0.30)
    np.testing.assert_allclose(sampling.top_k(p, 2), [0, 4 / 7, 3 / 7, 0])
    with_crossing, without = sampling.nuclei(p, 0.6)
    np.testing.assert_allclose(with_crossing, [0, 4 / 7, 3 / 7, 0])
    np.testing.assert_allclose(without, [0, 1, 0, 0])
    np.testing.assert_allclose(sampling.nuclei(p, 0.05)[1], [0, 1, 0, 0])


def make_sampler(seed=0, **flaw):
    """Return a submission's `make_sampler`, right but for its flaws."""

    def build(temp, top_p, top_k):
        rng = np.random.default_rng(seed)

        def row(logprobs):
            logprobs = logprobs.copy()
            order = np.argsort(logprobs if flaw.get("ascending") else -logprobs)
            if top_k and not flaw.get("no_top_k"):
                logprobs[order[top_k + flaw.get("more", 0) :]] = -np.inf
            if top_p and not flaw.get("no_top_p"):
                p = np.exp(logprobs[order])
                p = p if flaw.get("not_renormalised") else p / p.sum()
                logprobs[order[1:][np.cumsum(p)[:-1] >= top_p]] = -np.inf
            if temp == 0:
                return int(logprobs.argmax())
            p = np.exp(logprobs / (1.0 if flaw.get("no_temperature") else temp))
            return int(rng.choice(len(p), p=p / p.sum()))

        def sample(logprobs):
            table = numbers(logprobs)
            ids = [row(table[0] if flaw.get("first_row") else r) for r in table]
            return (
                make(np.array(ids, float), "float32") if flaw.get("floats") else make(np.array(ids), "int32")
            )

        return sample

    return build


ALL = (*JUDGED, sampling.greedy, sampling.rows, sampling.leaves_input)


@pytest.mark.parametrize("scenario", ALL, ids=lambda s: s.__name__)
def test_a_right_sampler_passes(scenario):
    """Every scenario, with hidden parts, over several seeds of its randomness."""
    results = {outcome(scenario, FakeBench(make_sampler(seed), seed)) for seed in range(5)}
    assert results == {("", "")}


@pytest.mark.parametrize(
    ("scenario", "flaw", "kind", "hint"),
    [
        (sampling.greedy, {"ascending": True}, "", ""),
        (sampling.temperature, {"no_temperature": True}, "wrong-distribution", "the temperature is ignored"),
        (sampling.cuts_top_k, {"no_top_k": True}, "wrong-distribution", "top_k is ignored"),
        (sampling.cuts_top_k, {"ascending": True}, "wrong-distribution", "the k least likely tokens"),
        (sampling.cuts_top_k, {"more": 1}, "wrong-distribution", "one token too many"),
        (sampling.cuts_top_p, {"no_top_p": True}, "wrong-distribution", "top_p is ignored"),
        (
            sampling.keeps_one,
            {"no_top_p": True},
            "wrong-distribution",
            "the cut is not made, or left no token",
        ),
        (
            sampling.both_cuts,
            {"not_renormalised": True},
            "wrong-distribution",
            "after top_k the probabilities",
        ),
        (sampling.both_cuts, {"no_top_k": True}, "wrong-distribution", "top_k is ignored"),
        (sampling.rows, {"first_row": True}, "wrong-token", ""),
        (sampling.rows, {"floats": True}, "wrong-type", ""),
        (sampling.temperature, {"floats": True}, "wrong-type", ""),
    ],
)
def test_a_wrong_sampler_reads_its_mistake(scenario, flaw, kind, hint):
    """The kind of finding and the hint that reproduces the frequencies."""
    got, said = outcome(scenario, FakeBench(make_sampler(3, **flaw)))
    assert got == kind
    assert said.startswith(hint)
    assert bool(said) == bool(hint)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "none"),
        ("x", "wrong-type"),
        (True, "wrong-type"),
        (make([1, 2], "int32"), "wrong-shape"),
        (99, "out-of-range"),
    ],
)
def test_what_is_no_token_is_named(value, kind):
    """None, another type, several ids, an id beyond the vocabulary."""
    assert outcome(sampling.temperature, FakeBench(lambda *_: lambda logprobs: value)) == (kind, "")


def test_a_python_number_is_a_token():
    """A sampler may return an int."""
    assert outcome(sampling.greedy, FakeBench(lambda *_: lambda lp: int(numbers(lp)[0].argmax()))) == ("", "")
