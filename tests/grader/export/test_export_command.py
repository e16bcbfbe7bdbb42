"""`grader export` reads what it is given, writes one whole file, and says in one sentence what does not fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from exported_class import CLASS, EVERYTHING
from exported_results import EXAMPLE
from typer.testing import CliRunner

from grader.cli import export
from grader.errors import CannotJudge, UsageError
from grader.export import canvas, github_classroom, gradescope, junit, table
from grader.export.gradescope_zip import Settings, archive

APP = typer.Typer()
APP.add_typer(export.export_app, name="export")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a result file, and with `class` as a class that is there without any grading."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "result.json").write_text(json.dumps(EVERYTHING.to_json()))
    monkeypatch.setattr(export, "read_class", lambda path, run="": {"class": CLASS}[str(path)])
    return tmp_path


def run(*arguments: str) -> tuple[str, str]:
    """Run the command; return what it prints and what staff are told."""
    done = CliRunner().invoke(APP, ["export", *arguments], catch_exceptions=False, standalone_mode=False)
    return done.stdout, done.stderr


def test_one_run_in_every_format(folder: Path) -> None:
    """The files are what the functions of `grader.export` return, and the command names each with its size."""
    expected = {
        "gradescope": gradescope.document_text(gradescope.results(EVERYTHING)),
        "github": json.dumps(github_classroom.report(EVERYTHING)).encode(),
        "junit": junit.document(EVERYTHING),
        "csv": table.checks_csv(table.check_rows(EVERYTHING)),
        "jsonl": table.checks_json_lines(table.check_rows(EVERYTHING)),
    }
    for name, content in expected.items():
        (folder / f"{name}.out").write_text("an older file")
        said, _ = run(name, "--json", "result.json", "--out", f"{name}.out")
        assert (folder / f"{name}.out").read_bytes() == content
        assert said == f"written: {name}.out ({len(content):,} bytes)\n"


def test_a_class_in_every_table(folder: Path) -> None:
    """Grades by default, checks where they are asked for."""
    rows = list(table.check_rows(CLASS))
    for arguments, content in (
        (("csv", "class"), table.grades(CLASS)),
        (("csv", "class", "--checks"), table.checks_csv(rows)),
        (("jsonl", "class"), table.checks_json_lines(rows)),
    ):
        run(*arguments, "-o", "out")
        assert (folder / "out").read_bytes() == content


def test_parquet_is_written(folder: Path) -> None:
    """The file is one that pyarrow reads, with a row per check."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    run("parquet", "class", "-o", "out.parquet")
    assert parquet.read_metadata(folder / "out.parquet").num_rows == len(list(table.check_rows(CLASS)))


def test_a_gradebook_is_filled(folder: Path) -> None:
    """The file is the filled gradebook, and stderr says what did not fit."""
    book = b"Student,ID,W\nPoints Possible,,100\nA,1001,\nB,1,\n"
    (folder / "book.csv").write_bytes(book)
    _, told = run("canvas", "class", "--gradebook", "book.csv", "--column", "W", "--out", "book.csv")
    filled = canvas.fill(book, CLASS, "W")
    assert (folder / "book.csv").read_bytes() == filled.data
    assert told.splitlines() == export.canvas_notes(filled)
    assert told.startswith("1 grades written\n3 have a grade, but no certain row in the gradebook:\n")


def test_the_zip_has_the_settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Week, tasks in their order, seed and limit of the command stand in the zip."""
    monkeypatch.setattr("grader.export.gradescope_zip.project_files", lambda root: {"LICENSE": b"x"})
    arguments = ["-t", "1.3.2", "-t", "1.1.1", "--seed", "5", "--minutes", "20", "--no-leaderboard"]
    run("gradescope", "--week", "1", *arguments, "--visibility", "hidden", "--out", "a.zip")
    settings = Settings(1, 5, ("1.1.1", "1.3.2"), 1200, "hidden", leaderboard=False)
    assert (folder / "a.zip").read_bytes() == archive({"LICENSE": b"x"}, settings)


def test_the_seed_is_the_installations(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --seed the zip has the secret seed of this installation, the same every time."""
    monkeypatch.setattr("grader.export.gradescope_zip.project_files", lambda root: {})
    for name in ("a.zip", "b.zip"):
        run("gradescope", "--week", "week1", "--home", "home", "--out", name)
    assert (folder / "a.zip").read_bytes() == (folder / "b.zip").read_bytes()
    assert (folder / "home" / "secret-seed").exists()


def test_the_workflow_is_written(folder: Path) -> None:
    """The workflow names the week and the repository."""
    run("github", "--week", "2", "--repository", "school/grader", "--out", "classroom.yml")
    assert (folder / "classroom.yml").read_text() == github_classroom.workflow(2, "school/grader")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("gradescope", "give either --week for the autograder zip or --json for the results of one run"),
        ("gradescope --week 1 --json result.json", "give either --week for the autograder zip or --json"),
        ("gradescope --week 9", "there is no '9'"),
        ("gradescope --week 1 -t 2.1 --seed 1", "task 2.1 belongs to week 2, not to week 1"),
        (
            "gradescope --week 1 --visibility never",
            "--visibility (never) must be one of visible, after_due_date",
        ),
        ("github", "give either --week for the workflow or --json for the report of one run"),
        ("github --week 2", "--repository () must be owner/name"),
        ("csv", "give the folder of a class, or --json with a result file"),
        (
            "jsonl class --json result.json",
            "give either the folder of a class or --json with a result file, not both",
        ),
        (
            "junit --json missing.json",
            "the result file missing.json cannot be read: No such file or directory",
        ),
        ("junit --json broken.json", "broken.json is no result file: "),
        ("junit --json other.json", "other.json is no result file: result schema is 'x'"),
        ("junit --json short.json", "short.json is no result file: it has no field "),
        ("junit --json list.json", "list.json is no result file: "),
        (
            "canvas class --column W --gradebook none.csv",
            "the gradebook none.csv cannot be read: No such file",
        ),
    ],
)
def test_what_does_not_fit_is_one_sentence(folder: Path, arguments: str, said: str) -> None:
    """Nothing is written, and the sentence names the value."""
    (folder / "broken.json").write_text("{")
    (folder / "other.json").write_text('{"schema": "x"}')
    (folder / "short.json").write_text(json.dumps({"schema": EXAMPLE.to_json()["schema"]}))
    (folder / "list.json").write_text("[]")
    with pytest.raises(UsageError) as error:
        run(*arguments.split(), "--out", "out")
    assert str(error.value).startswith(said)
    assert not (folder / "out").exists()


def test_a_place_that_cannot_be_written_is_one_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder, a missing folder, a full disk: each is named, and no half of a file is left."""
    arguments = ["junit", "--json", "result.json", "--out"]
    with pytest.raises(UsageError, match="it is a folder; give the name of a file in it"):
        run(*arguments, str(folder))
    with pytest.raises(UsageError, match="there is no folder nowhere"):
        run(*arguments, "nowhere/out.xml")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CannotJudge, match=r"out\.xml cannot be written: the disk is full"):
        run(*arguments, "out.xml")
    assert [path.name for path in folder.iterdir()] == ["result.json"]
