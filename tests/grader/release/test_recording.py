"""What is recorded is what the grader itself asks and expects."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from grader.course.catalog import COURSE
from grader.course.metal import Traffic
from grader.course.model import CaseCheck, Check, Equivalent, Matches, Measured, Scenario, Unavailable
from grader.course.scenarios.served import Fed, Span
from grader.errors import CannotJudge
from grader.release import public_cases as module
from grader.release.codec import Reader, Writer
from grader.release.home.run import oracle_cache as recorded_cache
from grader.release.home.run import served_answers as recorded_logits
from grader.release.home.run.hints import prove
from grader.release.public_cases import BLOCK, FORMAT, INDEX, PublicCases, key, rows_key
from grader.release.record import public_check, record
from grader.run.compare import Target
from grader.run.evidence import Sample
from grader.run.hints import prove as prove_with_oracles
from grader.run.runner import Resources
from grader.run.session import PUBLIC_SEED

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> PublicCases:
    """Every public case of every week, without scenarios and without kernels."""
    folder = tmp_path_factory.mktemp("recorded") / "public"
    weeks = [
        replace(week, ops=(), tasks=tuple(replace(t, checks=_calls(t.checks)) for t in week.tasks))
        for week in COURSE.weeks
    ]
    record(weeks, ROOT / "reference", folder)
    return PublicCases(folder)


def _calls(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    return tuple(c for c in checks if isinstance(c, CaseCheck) and not isinstance(c, Traffic))


def test_every_public_call_and_answer_is_recorded_as_it_is(
    cases: PublicCases, monkeypatch: pytest.MonkeyPatch
):
    """Calls are equal, values and bounds bit for bit, for every check of both weeks."""
    monkeypatch.setattr(recorded_cache, "public_cases", lambda: cases)
    compared = 0
    with ExitStack() as stack:
        cache = Resources.open(PUBLIC_SEED, stack).cache
        here = recorded_cache.OracleCache(PUBLIC_SEED, cache.folders)
        for task in (t for week in COURSE.weeks for t in week.tasks):
            for check in _calls(task.checks):
                for case in check.cases(False, task.first_case(check)):
                    assert here.build(task.id, check, case) == cache.build(task.id, check, case)
                    compared += 1
                    if isinstance(check, Matches):
                        want, got = (c.get(task.id, check, case)[2] for c in (cache, here))
                        np.testing.assert_array_equal(got.value, want.value, strict=True)
                        np.testing.assert_array_equal(got.bound, want.bound)
                        assert got.describe() == want.describe()
    assert compared > 300


def test_a_recorded_mistake_is_proved_as_the_oracle_proves_it(
    cases: PublicCases, monkeypatch: pytest.MonkeyPatch
):
    """Tiled KV heads are named from recorded numbers, the right answer is not, and neither is another wrong one."""
    monkeypatch.setattr(recorded_cache, "public_cases", lambda: cases)
    task = COURSE.weeks[0].task("1.3.1")
    check = next(c for c in task.checks if isinstance(c, Matches))
    with ExitStack() as stack:
        cache = Resources.open(PUBLIC_SEED, stack).cache
        here = recorded_cache.OracleCache(PUBLIC_SEED, cache.folders)
        case = list(check.cases(False))[1]
        _, named, want = here.get(task.id, check, case)
        tiled = next(array for hint, array in named["wrong"].items() if "tiled" in hint)
        with_oracles = prove_with_oracles(
            check.mistakes, [Sample(cache.get(task.id, check, case)[1], want, tiled)]
        )
    found = [prove((), [Sample(named, want, got)]) for got in (tiled, want.value, tiled + 1)]
    assert found == [with_oracles, "", ""]
    assert "tiled" in with_oracles


def test_a_released_week_names_no_oracle_no_builder_and_no_hidden_case(cases: PublicCases):
    """What the package reads is the public side of every check, field by field."""
    for week in cases.weeks:
        for check in (c for t in week.tasks for c in t.checks):
            held = {f.name: getattr(check, f.name) for f in fields(check)}
            left = {
                held.get(name) for name in ("inputs", "oracle", "hidden", "mistakes", "timed") if name in held
            }
            assert left <= {None, "", ()}
    numbers = [sum(c.public_cases for t in week.tasks for c in t.checks) for week in cases.weeks]
    assert numbers == [sum(c.public_cases for t in w.tasks for c in _calls(t.checks)) for w in COURSE.weeks]


def test_a_gate_is_released_as_something_that_is_graded_elsewhere():
    """It keeps its name, its sentence and its place among the cases, and has no points at home."""
    for check in (c for week in COURSE.weeks for t in week.tasks for c in t.checks):
        shown = public_check(check)
        assert (shown.name, shown.sentence, shown.public_cases) == (
            check.name,
            check.sentence,
            check.public_cases,
        )
        assert isinstance(shown, Unavailable) == isinstance(check, Measured)
        if isinstance(shown, Unavailable):
            assert (shown.points, "graded on submission only" in shown.reason) == (0.0, True)
        else:
            assert shown.points == check.points


def test_values_are_read_as_they_were_written():
    """Every check of every week on its public side comes back equal, and a function is refused."""
    writer = Writer()
    checks = [public_check(c) for week in COURSE.weeks for t in week.tasks for c in t.checks]
    values = [*checks, (1, [2.5, None], {"a": (slice(0, 3, None), True)}), float("inf")]
    text = json.dumps([writer.encode(value) for value in values])
    assert Reader(writer.block()).decode(json.loads(text)) == values
    with pytest.raises(TypeError, match="type function cannot be recorded"):
        writer.encode([lambda: None])
    with pytest.raises(ValueError, match="'module' is unknown"):
        Reader(writer.block()).decode({"module": "os"})


def test_every_kind_of_scenario_and_check_has_a_public_side():
    """Kinds that compare two ways lose both builders and the oracle of their bounds."""
    twice = Equivalent(
        "two", "both agree", inputs=lambda c, r: None, other=lambda c, r: None, magnitude="a.b"
    )
    shown = public_check(twice)
    assert isinstance(shown, Equivalent)
    assert (shown.inputs, shown.other, shown.magnitude) == (None, None, "")
    assert public_check(Scenario("s", "sentence", function="cache.flash", mistakes=("x",))) == Scenario(
        "s", "sentence", function="cache.flash"
    )


def _folder(path: Path, **parts: object) -> Path:
    writer = Writer()
    index = {"weeks": [], "cases": {}, "plays": {}, "logits": {}, "calls": {}, "counts": []}
    index |= {name: {k: writer.encode(v) for k, v in held.items()} for name, held in parts.items()}
    path.mkdir()
    (path / INDEX).write_text(json.dumps({"format": FORMAT, **index}))
    np.savez_compressed(path / BLOCK, block=writer.block())
    return path


def test_logits_of_rows_are_cut_out_of_those_of_their_whole_sequences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Two rows at different positions, two tokens each: by hand."""
    ids = {(5, 6, 7): 0.0, (8, 9, 1): 100.0}
    held = {
        key("random-tied", "float32", "model", *whole): {
            "value": np.arange(6.0).reshape(3, 2) + base,
            "bound": np.full((3, 2), 0.5),
            "dtype": "float32",
            "c": 23.0,
            "exact": False,
        }
        for whole, base in ids.items()
    }
    cases = PublicCases(_folder(tmp_path / "public", logits=held))
    monkeypatch.setattr(recorded_logits, "public_cases", lambda: cases)
    first, second = ids
    rows = [Fed(first, (Span(0, 1), Span(1, 3))), Fed(second, (Span(0, 2),))]
    want = recorded_logits.right(rows, Path("/anywhere/random-tied"), "float32", "model")
    np.testing.assert_array_equal(want.value, [[[2, 3], [4, 5]], [[100, 101], [102, 103]]])
    np.testing.assert_array_equal(want.bound, np.full((2, 2, 2), 0.5))
    with pytest.raises(CannotJudge, match=r"hold no logits 'random-tied float32 model 1 2'"):
        cases.logits("random-tied", "float32", "model", (1, 2))


def test_another_format_is_refused_in_one_sentence(tmp_path: Path):
    """A package of another version says which format it has."""
    folder = _folder(tmp_path / "public")
    (folder / INDEX).write_text(json.dumps({"format": "other/9"}))
    with pytest.raises(CannotJudge, match="format 'other/9'"):
        PublicCases(folder)
    assert module.FOLDER.name == "public"


def test_a_mistake_beside_a_cache_is_named_for_calls_that_were_foreseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The recorded wrong logits of the very rows prove it; another way to feed them has no hint, and no error."""
    rows = [Fed((5, 6, 7), (Span(0, 1), Span(1, 3)))]
    wrong = np.array([[[9.0, 8.0], [7.0, 6.0]]])
    calls = {rows_key("random-tied", "float32", rows): {"the cache is forgotten": wrong}}
    cases = PublicCases(_folder(tmp_path / "public", calls=calls))
    monkeypatch.setattr(recorded_logits, "public_cases", lambda: cases)
    want = Target(np.zeros((1, 2, 2)), np.full((1, 2, 2), 0.01), "float32", 23.0, False)
    other = [Fed((5, 6, 7), (Span(0, 3),))]
    found = [
        prove((), [Sample(recorded_logits.arguments(fed, Path("/any/random-tied"), "float32"), want, got)])
        for fed, got in ((rows, wrong), (other, wrong), (rows, wrong + 1))
    ]
    assert found == ["the cache is forgotten (reproduces your numbers)", "", ""]
