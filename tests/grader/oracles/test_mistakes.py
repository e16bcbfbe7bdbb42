"""Named mistakes: each can be proved, none is taken for another, and none explains a right answer."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from grader.course.arrays import make, numbers
from grader.course.catalog import COURSE
from grader.course.model import Matches, Scenario
from grader.oracles.mistakes import NotApplicable, find, registry
from grader.run.compare import outside
from grader.run.hints import Sample, prove
from grader.run.oracle_cache import OracleCache
from grader.run.session import Checkpoints

LISTING = {
    f"{t.id} {c.name}": (t, c)
    for week in COURSE.weeks
    for t in week.tasks
    for c in t.checks
    if isinstance(c, Matches) and c.mistakes
}
# the model's mistakes are told apart on the random checkpoints; the other checks repeat them on larger ones
SAMPLED = {
    name: pair for name, pair in LISTING.items() if name not in ("1.5.3 model-tied", "1.5.3 model-bfloat16")
}
# (check, what is done): the mistake that is shown, because the numbers are the same there
EQUALS = {
    ("1.1.1 attention-scale-zero", "scale-ignored"): "scale-zero-lost",  # at scale = 0 both take the default
    ("1.3.1 grouped-scale-zero", "scale-ignored"): "scale-zero-lost",
    ("2.4 flash-scale-zero", "scale-ignored"): "scale-zero-lost",
    ("1.3.1 grouped-causal", "mask-ignored"): "mask-causal-ignored",  # the word is the only mask in these
    ("1.3.1 grouped-leading-axes", "mask-ignored"): "mask-causal-ignored",
    (
        "1.4.1 norm-float32-inside",
        "rmsnorm-no-eps",
    ): "rmsnorm-eps-outside",  # closer than half precision tells
}
# registered for blocks and models because attention has them; only attention's checks reach what they change
UNLISTED = {"model-mask-dropped", "block-half-scores", "model-half-scores"}
# mistakes of scenarios, which judge many calls: see test_cached_oracle.py
PLAYED = {
    name
    for week in COURSE.weeks
    for t in week.tasks
    for c in t.checks
    if isinstance(c, Scenario)
    for name in c.mistakes
}


@pytest.fixture(scope="module")
def cache():
    """Return the oracles' answers, with a seed of the test's own for the hidden cases."""
    folders = Checkpoints(31)
    yield OracleCache(31, folders)
    folders.close()


def _wrong(cache, task, check, case, name):
    """Return the arguments, the target, and the mistake's numbers at the case's precision; None if it cannot run."""
    call, named, want = cache.get(task.id, check, case)
    seen = np.where(np.isinf(want.value), -1e9, want.value)  # what `mask-finite` looks at
    try:
        with torch.no_grad():
            wrong = find(name).function(**named, got=torch.from_numpy(seen)).numpy()
    except (NotApplicable, RuntimeError, IndexError):
        return None
    return Sample(named, want, numbers(make(wrong, call.dtype)))


def _samples(cache, task, check, name):
    """Return the cases that fail for a submission that makes exactly this mistake."""
    made = [_wrong(cache, task, check, case, name) for case in check.cases(True, task.first_case(check))]
    return [
        s
        for s in made
        if s is not None
        and s.got.shape == s.target.value.shape
        and outside(s.got, s.target.value, s.target.bound).any()
    ]


def _shown(cache, task, check, name):
    """Return the names of the mistakes whose hint a submission with this mistake reads; None if it passes."""
    samples = _samples(cache, task, check, name)
    if not samples:
        return None
    hint = prove(check.mistakes, samples).removesuffix(" (reproduces your numbers)")
    return [m for m in check.mistakes if find(m).hint == hint]


@pytest.fixture(scope="module")
def shown(cache):
    """Return what is shown for every mistake in every check that lists it."""
    return {
        (where, name): _shown(cache, task, check, name)
        for where, (task, check) in SAMPLED.items()
        for name in check.mistakes
    }


def test_every_mistake_is_proved_in_a_check_that_lists_it(shown):
    """A submission that makes exactly this mistake fails a check and reads this mistake's sentence."""
    proved = {name for (_, name), names in shown.items() if names and name in names}
    listed = {name for _, c in LISTING.values() for name in c.mistakes}
    assert listed == set(registry()) - UNLISTED - PLAYED
    assert set(registry()) - proved == UNLISTED | PLAYED


def test_no_mistake_is_taken_for_another(shown):
    """What is shown is the mistake that was made, or nothing; the exceptions are numbers that cannot be told apart."""
    taken = {key: names[0] for key, names in shown.items() if names and key[1] not in names}
    assert taken == EQUALS


def test_every_mistake_is_four_bounds_away_from_right(cache):
    """In a check that lists it, some element of some case differs by more than four times its bound."""
    near = set(registry()) - UNLISTED - PLAYED
    for task, check in SAMPLED.values():
        for name in near & set(check.mistakes):
            if any(
                outside(s.got, s.target.value, 4 * s.target.bound).any()
                for s in _samples(cache, task, check, name)
            ):
                near.discard(name)
    assert near == set()


def test_right_numbers_prove_no_mistake(cache):
    """If a right answer came into a proof, no mistake would be found that explains it."""
    for task, check in SAMPLED.values():
        for case in check.cases(True, task.first_case(check)):
            _, named, want = cache.get(task.id, check, case)
            assert prove(check.mistakes, [Sample(named, want, want.value)]) == "", (task.id, check.name, case)


@pytest.mark.parametrize(
    ("where", "one", "other"),
    [
        ("1.1.1 attention-mask", "scale-missing", "mask-ignored"),
        ("1.3.1 grouped-mask", "kv-heads-tiled", "mask-ignored"),
        ("1.2.1 rope-base", "rope-adjacent", "rope-base-ignored"),
        ("1.4.2 mlp-values", "mlp-swapped", "mlp-no-silu"),
    ],
)
def test_two_mistakes_at_once_prove_none(cache, where, one, other):
    """Numbers of one mistake in one case and of another one in the next are explained by neither."""
    task, check = SAMPLED[where]
    first, second = (_samples(cache, task, check, name) for name in (one, other))
    assert prove(check.mistakes, first).startswith(find(one).hint)
    assert prove(check.mistakes, second).startswith(find(other).hint)
    assert prove(check.mistakes, [first[0], second[-1]]) == ""


def test_a_mistake_beside_another_error_is_not_shown(cache):
    """The mistake's numbers with one element off are not the mistake's numbers."""
    task, check = LISTING["1.1.1 attention-values"]
    samples = _samples(cache, task, check, "scale-missing")
    spoiled = samples[-1].got.copy()
    spoiled.flat[0] += 1
    changed = Sample(samples[-1].arguments, samples[-1].target, spoiled)
    assert prove(check.mistakes, samples).startswith("the scores are not scaled")
    assert prove(check.mistakes, [*samples[:-1], changed]) == ""


def test_names_and_hints_are_sentences_of_one_style():
    """Lower case start but for names, no full stop at the end, and no hint twice in one check."""
    hints = {name: m.hint for name, m in registry().items()}
    capitals = ("KV", "RoPE", "GELU", "ReLU", "Q,", "attention", "lm_head", "MLP")
    assert {n for n, h in hints.items() if h.endswith(".")} == set()
    assert {n for n, h in hints.items() if not (h[0].islower() or h.startswith(capitals))} == set()
    for _, check in LISTING.values():
        listed = [hints[name] for name in check.mistakes]
        assert len(listed) == len(set(listed)), check.name
