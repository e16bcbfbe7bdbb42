"""The mutants and variations of caches, batches and serving as data: each fits, and nothing is left unproved."""

import ast
from collections import Counter

import pytest

from grader.course.catalog import find_week
from grader.course.model import Scenario
from grader.oracles.mistakes import find
from grader.paths import ROOT
from grader.result import Tier
from grader.validation import corpus

TASKS = [task for task in find_week("2").tasks if task.id in ("2.1", "2.6", "2.7")]
PLAYED = {f"{t.id} {c.name}": c for t in TASKS for c in t.checks if isinstance(c, Scenario)}
PREFIXES = ("w2_cache", "w2_batch", "w2_serve", "w2_generate", "w2_model", "w2_embedding")
MUTANTS = [m for m in corpus.load(ROOT / "tests", "mutants", 2) if m.name.startswith(PREFIXES)]
VARIATIONS = [v for v in corpus.load(ROOT / "tests", "variations", 2) if v.name.startswith(PREFIXES)]


def test_there_are_enough():
    """As many as were asked for."""
    assert len(MUTANTS) >= 50
    assert len(VARIATIONS) >= 12


@pytest.mark.parametrize("specimen", [*MUTANTS, *VARIATIONS], ids=lambda s: s.name)
def test_a_specimen_fits_the_reference(specimen, tmp_path):
    """It builds, it differs from the reference, and its files parse."""
    package = corpus.build(specimen, ROOT, tmp_path) / specimen.layout
    built = {p.name: p.read_text() for p in package.glob("*.py")}
    assert built != {p.name: p.read_text() for p in (ROOT / "reference").glob("*.py")}
    for text in built.values():
        ast.parse(text)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.name)
def test_a_mutant_names_checks_that_exist(mutant):
    """Each once."""
    assert set(mutant.fails) | set(mutant.hints) <= set(PLAYED)
    assert set(mutant.hints) <= set(mutant.fails)
    assert max(Counter(mutant.fails).values()) == 1


def test_no_specimen_is_there_twice():
    """No two make the same submission."""
    made = [(s.changes, sorted(s.append.items())) for s in (*MUTANTS, *VARIATIONS)]
    assert [i for i, m in enumerate(made) if m in made[:i]] == []


def test_every_check_is_failed_by_a_mutant():
    """A check that nothing fails is not a check; most checks fail alone for some mutant."""
    assert sorted(set(PLAYED) - {name for m in MUTANTS for name in m.fails}) == []
    edges = {name for name, check in PLAYED.items() if check.tier is Tier.EDGE}
    alone = {m.fails[0] for m in MUTANTS if len(m.fails) == 1}
    assert len(edges & alone) >= 8


def test_every_mistake_has_a_mutant_whose_hint_is_proved():
    """The beginning that a mutant's HINTS entry gives is that of this mistake's sentence alone."""
    hints = {(check, text) for m in MUTANTS for check, text in m.hints.items()}
    for name in {name for check in PLAYED.values() for name in check.mistakes}:
        assert any(
            name in PLAYED[check].mistakes
            and [n for n in PLAYED[check].mistakes if find(n).hint.startswith(text)] == [name]
            for check, text in hints
        ), name
