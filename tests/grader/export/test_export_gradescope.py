"""Gradescope's document is valid, adds up, says the verdict of every check, and is a document at every moment."""

from __future__ import annotations

import io
import json
import os
import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from exported_class import EVERYTHING, GATE, HOSTILE, check, task
from exported_results import EXAMPLE, WRONG
from jsonschema import Draft202012Validator

from grader.errors import CannotJudge, UsageError
from grader.export.gradescope import document_text, only_words, results, schema, write_results
from grader.export.gradescope_zip import PARTS, Settings, archive, project_files
from grader.paths import ROOT
from grader.result import Result, Verdict

# the example of Gradescope's documentation, word for word but for the comments
DOCUMENTED = {
    "score": 44.0,
    "execution_time": 136,
    "output": "Text relevant to the entire submission",
    "visibility": "after_due_date",
    "stdout_visibility": "visible",
    "extra_data": {},
    "tests": [
        {
            "score": 2.0,
            "max_score": 2.0,
            "status": "passed",
            "name": "Your name here",
            "number": "1.1",
            "output": "Giant multiline string",
            "tags": ["tag1", "tag2", "tag3"],
            "visibility": "visible",
            "extra_data": {},
        }
    ],
    "leaderboard": [
        {"name": "Accuracy", "value": 0.926},
        {"name": "Time", "value": 15.1, "order": "asc"},
        {"name": "Stars", "value": "*****"},
    ],
}
WRONG_DOCUMENTS = [
    {},
    {"tests": [{"name": "no score anywhere"}]},
    {**DOCUMENTED, "visibility": "never"},
    {**DOCUMENTED, "tests": [{"score": 1, "status": "SKIPPED"}]},
    {**DOCUMENTED, "leaderboard": [{"name": "no value"}]},
    {**DOCUMENTED, "points": 3},
]


def test_the_schema_takes_what_is_documented_and_refuses_what_is_wrong() -> None:
    """The example of the documentation is valid; a document without a score, or with unknown words, is not."""
    Draft202012Validator.check_schema(schema())
    validator = Draft202012Validator(schema())
    validator.validate(DOCUMENTED)
    assert [validator.is_valid(document) for document in WRONG_DOCUMENTS] == [False] * len(WRONG_DOCUMENTS)


@pytest.mark.parametrize(
    "result", [EXAMPLE, EVERYTHING, replace(EVERYTHING, tasks=()), replace(EXAMPLE, complete=False)]
)
def test_every_result_is_a_valid_document_that_adds_up(result: Result) -> None:
    """The score is the sum of the tests' scores: core and extra points."""
    document = json.loads(document_text(results(result)))
    Draft202012Validator(schema()).validate(document)
    assert document["score"] == pytest.approx(sum(test.get("score", 0) for test in document["tests"]))
    assert document["score"] == pytest.approx(result.points + result.extra_points)


def test_each_verdict_has_its_place() -> None:
    """Status, score, the word in the name and the tag of every check, by day."""
    rows = [
        (t["number"], t["name"], t["status"], t.get("score"), t.get("max_score"), t["tags"])
        for t in results(EVERYTHING)["tests"]
    ]
    assert rows == [
        ("2.1.1", "2.1 Task 2.1: values holds", "failed", 0, 3, ["FAIL", "core", "day 1"]),
        ("2.2.1", "2.2 Task 2.2: values holds", "passed", 4, 4, ["PASS", "core", "day 2"]),
        ("2.2.2", "2.2 Task 2.2: fast holds", "passed", 2, 2, ["PASS", "core", "day 2"]),
        ("2.2.3", "2.2 Task 2.2: extra holds", "passed", 0.5, 0.5, ["PASS", "edge", "day 2"]),
        ("2.2.4", "2.2 Task 2.2: style holds", "failed", None, None, ["FAIL", "style", "day 2"]),
        ("2.3.1", "SKIPPED: 2.3 Task 2.3: values holds", "failed", 0, 3, ["SKIPPED", "core", "day 3"]),
        (
            "2.4.1",
            "INCONCLUSIVE: 2.4 Task 2.4: slow holds",
            "passed",
            1,
            1,
            ["INCONCLUSIVE", "core", "day 4"],
        ),
        ("2.5.1", "ERROR: 2.5 Task 2.5: values holds", "failed", 0, 1.5, ["ERROR", "core", "day 5"]),
        ("2.6.1", "SKIPPED: 2.6 Task 2.6: Task 2.6", "failed", None, None, ["SKIPPED", "core", "day 6"]),
    ]


def test_a_test_says_what_the_report_says() -> None:
    """The five lines, the frames and what was printed; hostile text is spelled out; every format is plain text."""
    document = results(EVERYTHING)
    output = document["tests"][0]["output"]
    assert output.startswith("0 of 1 cases pass\n\nwhat      RoPE(64, 128)(x float32[1, 5, 2, 64]), seed 7\n")
    assert "\\x1b[31m<script>alert(1)</script>" in output
    assert "\x1b" in HOSTILE.got
    assert not any(ord(c) < 32 and c != "\n" for test in document["tests"] for c in test["output"])
    assert "  positional_encoding.py:31 in __call__: return out.reshape(x.shape)" in output
    assert document["tests"][2]["output"] == (
        "1 of 1 cases pass\nM = 1, bfloat16: 0.876x of rung 2 [0.850, 0.900], gate 1.15x"
    )
    assert {t["output_format"] for t in document["tests"]} | {document["output_format"]} == {"text"}
    assert document["output"].split("\n") == [
        "Week 2: a tiny vLLM",
        "1 of 6 tasks pass",
        "7 of 14.5 points",
        "0.5 of 0.5 extra points",
        "In 1 of the tasks the grader itself failed: this costs no points; staff have to look.",
        "note: notebook.ipynb was left out",
    ]


def test_a_long_message_has_an_end() -> None:
    """A message of a megabyte becomes some thousand characters and the number of those left out."""
    long = replace(WRONG, printed="x" * 1_000_000)
    result = replace(
        EXAMPLE, tasks=(task("1.1", Verdict.FAIL, check("a", Verdict.FAIL, 0, 1, message=long)),)
    )
    output = results(result)["tests"][0]["output"]
    assert len(output) < 8_200
    assert output.endswith("characters more)")


def test_the_leaderboard_has_points_and_speeds() -> None:
    """Ratios of gates, lower is better, of throughput higher; no impossible figure; it can be switched off."""
    gates = [
        GATE,
        replace(GATE, label="batch 4", unit="throughput", wall=(1.91234, 1.9, 2.0)),
        replace(GATE, label="too good", verdict="INVALID"),
        replace(GATE, label="not measured", verdict="INCONCLUSIVE", wall=(0.0, 0.0, 0.0)),
        replace(GATE, label="too slow", verdict="FAIL", wall=(3.0, 2.9, 3.1)),
        replace(GATE, label="endless", wall=(float("inf"), 1.0, 2.0)),
    ]
    checks = [check(f"g{i}", Verdict.PASS, 1.0, 1.0, speed=gate) for i, gate in enumerate(gates)]
    result = replace(EVERYTHING, tasks=(task("2.2", Verdict.PASS, *checks),))
    assert results(result)["leaderboard"] == [
        {"name": "Points", "value": 6.0, "order": "desc"},
        {"name": "2.2 M = 1, bfloat16, time against rung 2", "value": 0.876, "order": "asc"},
        {"name": "2.2 batch 4, throughput against rung 2", "value": 1.91, "order": "desc"},
        {"name": "2.2 too slow, time against rung 2", "value": 3.0, "order": "asc"},
    ]
    assert "leaderboard" not in results(result, leaderboard=False)
    assert "leaderboard" not in results(replace(result, complete=False))


def test_an_unfinished_run_shows_what_it_has() -> None:
    """Tasks that were not reached are not there, and the text says how far the run came."""
    tasks = (EVERYTHING.tasks[0], replace(EVERYTHING.tasks[1], checks=()), EVERYTHING.tasks[5])
    document = results(replace(EVERYTHING, tasks=tasks, complete=False), planned=40)
    assert [test["number"] for test in document["tests"]] == ["2.2.1", "2.2.2", "2.2.3", "2.2.4"]
    assert "Not finished: 4 of 40 checks are done, and the score counts these alone." in document["output"]


def test_the_file_is_replaced_whole(tmp_path: Path) -> None:
    """A reader that opened the old file keeps it; an invalid document changes nothing; nothing else is left."""
    path = tmp_path / "results.json"
    write_results(only_words("one"), path)
    with path.open() as old:
        write_results(results(EXAMPLE), path)
        assert json.load(old)["output"] == "one"
    before = path.read_bytes()
    with pytest.raises(CannotJudge, match=r"results.json does not match its schema at \$.score"):
        write_results({"score": "many"}, path)
    assert (path.read_bytes(), os.listdir(tmp_path)) == (before, ["results.json"])
    with pytest.raises(UsageError, match="there is no folder"):
        write_results(only_words("x"), tmp_path / "nowhere" / "results.json")


def test_one_sentence_is_a_document() -> None:
    """A submission without a result has a score of 0 and the sentence, cleaned."""
    document = json.loads(document_text(only_words("no package in \x1b[31m")))
    assert (document["score"], document["output"], document["tests"]) == (0, "no package in \\x1b[31m", [])


def test_the_zip_is_reproducible() -> None:
    """The same content gives the same bytes; scripts can be executed, and the seed is for the owner alone."""
    settings = Settings(week=2, seed=7, tasks=("2.2",))
    content = {"grader/a.py": b"1", "LICENSE": b"x"}
    data = archive(content, settings)
    assert data == archive(dict(reversed(content.items())), settings)
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert {i.filename: stat.S_IMODE(i.external_attr >> 16) for i in found.infolist()} == {
            "LICENSE": 0o644,
            "autograder.json": 0o600,
            "grader/a.py": 0o644,
            "run_autograder": 0o755,
            "setup.sh": 0o755,
        }
        assert {i.date_time for i in found.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert Settings.from_json(json.loads(found.read("autograder.json"))) == settings


def test_the_zip_holds_the_project_and_nothing_that_was_built(tmp_path: Path) -> None:
    """Hidden files, caches, builds, libraries and links stay out; a missing part is named."""
    for name in PARTS[:5]:
        (tmp_path / name / "__pycache__").mkdir(parents=True)
        for file in ("a.py", ".secret", "b.so", "__pycache__/a.pyc"):
            (tmp_path / name / file).write_text(file)
    (tmp_path / "grader" / "build").mkdir()
    (tmp_path / "grader" / "build" / "x.py").write_text("x")
    (tmp_path / "grader" / "link.py").symlink_to("/etc/hostname")
    for name in PARTS[5:7]:
        (tmp_path / name).write_text(name)
    with pytest.raises(UsageError, match="has no LICENSE: the autograder is built from a checkout"):
        project_files(tmp_path)
    (tmp_path / "LICENSE").write_text("x")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "secret.py").write_text("x")
    assert sorted(project_files(tmp_path)) == sorted([*(f"{name}/a.py" for name in PARTS[:5]), *PARTS[5:]])


def test_the_project_fits() -> None:
    """The real project has every part, the scripts included, in less than Gradescope's 100 MB."""
    files = project_files(ROOT)
    assert {"grader/export/autograder/setup.sh", "reference/attention.py", "kernels/CMakeLists.txt"} <= set(
        files
    )
    assert sum(map(len, files.values())) < 50 << 20


def test_settings_of_another_version_are_refused() -> None:
    """An unknown or missing field, or a word that is none, is one sentence."""
    good = Settings(week=1, seed=2).to_json()
    for bad in ({**good, "colour": 1}, {"week": 1}, {**good, "visibility": "never"}):
        with pytest.raises(UsageError, match=r"autograder\.json"):
            Settings.from_json(bad)
