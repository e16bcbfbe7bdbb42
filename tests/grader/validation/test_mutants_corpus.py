"""The mutants as data: each fits the reference, names checks that exist, and every hint has one that proves it."""

import ast
from pathlib import Path

import pytest

from grader.course.catalog import find_week
from grader.course.model import Matches
from grader.oracles.mistakes import find
from grader.validation import corpus

ROOT = Path(__file__).resolve().parents[3]
WEEK = find_week("1")
MUTANTS = corpus.load(ROOT / "tests", "mutants", 1)
CHECKS = {f"{task.id} {check.name}" for task in WEEK.tasks for check in task.checks}
MISTAKES = {
    f"{task.id} {check.name}": check.mistakes
    for task in WEEK.tasks
    for check in task.checks
    if isinstance(check, Matches)
}
UNPROVED: dict[str, str] = {}


def _proves(check: str, beginning: str, mistake: str) -> bool:
    """Return whether a proved hint that begins like this can only be the mistake's, or one of the same words."""
    others = {find(name).hint for name in MISTAKES.get(check, ())} - {find(mistake).hint}
    return (
        mistake in MISTAKES.get(check, ())
        and find(mistake).hint.startswith(beginning)
        and not any(hint.startswith(beginning) for hint in others)
    )


def test_every_file_is_read():
    """No file of the folder is left out, and there are at least as many as were asked for."""
    files = {p.stem for p in (ROOT / "tests" / "mutants").glob("*.py")}
    assert {mutant.name for mutant in MUTANTS} == {name for name in files if not name.startswith("w2_")}
    assert len(MUTANTS) >= 95


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_fits_the_reference_and_names_checks_that_exist(mutant, tmp_path):
    """It builds, it differs from the reference, its files parse unless that is the mistake, and its names exist."""
    package = corpus.build(mutant, ROOT, tmp_path) / "student"
    built = {p.name: p.read_text() for p in package.glob("*.py")}
    assert built != {p.name: p.read_text() for p in (ROOT / "reference").glob("*.py")}
    assert [name for name, text in built.items() if not _parses(text)] == (
        list(mutant.append) if mutant.name.endswith("_syntax_error") else []
    )
    assert mutant.fails
    assert sorted({*mutant.fails, *mutant.hints} - CHECKS) == []
    assert len(set(mutant.fails)) == len(mutant.fails)


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def test_no_mutant_is_there_twice():
    """No two mutants make the same submission."""
    made = [(m.changes, sorted(m.append.items()), sorted(m.files.items()), m.remove) for m in MUTANTS]
    assert [m.name for i, m in enumerate(MUTANTS) if made[i] in made[:i]] == []


def test_every_check_is_failed_by_a_mutant():
    """Every check of the week is named by some mutant: a check that nothing fails is not a check."""
    assert sorted(CHECKS - {name for mutant in MUTANTS for name in mutant.fails}) == []


def test_every_mistake_has_a_mutant_whose_hint_is_proved():
    """Every mistake that a check names is the HINTS entry of a mutant, told apart from that check's other mistakes."""
    entries = {(check, text) for mutant in MUTANTS for check, text in mutant.hints.items()}
    listed = {name for names in MISTAKES.values() for name in names}
    proved = {name for name in listed for check, text in entries if _proves(check, text, name)}
    assert sorted(listed - proved) == sorted(UNPROVED)
