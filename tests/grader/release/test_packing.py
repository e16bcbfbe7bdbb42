"""`grader submit` of a student's package: what is sent, what is not, and an archive that the class grader can take."""

from __future__ import annotations

import hashlib
import re
import zipfile
from pathlib import Path

import pytest
from at_home import run

from grader.cli.home.submit import pack, prove
from grader.errors import SubmissionRejected
from grader.worker.submission import find, snapshot


def _work(folder: Path, package: str = "student", kernels: str = "student/kernels") -> Path:
    for name, text in {
        f"{package}/basics.py": "def softmax(x, axis): ...\n",
        f"{package}/notes.txt": "my notes",
        f"{package}/__pycache__/basics.pyc": "x",
        f"{kernels}/quantized_matmul.cpp": "// mine\n",
        f"{kernels}/secret.key": "x",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_submit_shows_what_is_sent_and_writes_an_archive_with_its_hash(package: Path, tmp_path: Path):
    """Sources are sent, notes and keys are not and are named; the archive's name holds id, week and time."""
    work = _work(tmp_path / "work")
    out = tmp_path / "out"
    done = run(package, "-m", "grader", "submit", "week1", "-s", work, "--student", "ada", "--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    sent, left = done.stdout.partition("not sent:")[::2]
    assert re.findall(r"^  (\S+) ", sent, re.MULTILINE) == [
        "student/basics.py",
        "student/kernels/quantized_matmul.cpp",
    ]
    assert ("notes.txt" in left, "secret.key" in left) == (True, True)
    (archive,) = out.iterdir()
    assert re.fullmatch(r"ada-week1-\d{8}T\d{6}Z\.zip", archive.name)
    assert hashlib.sha256(archive.read_bytes()).hexdigest() in done.stdout
    with zipfile.ZipFile(archive) as opened:
        assert opened.namelist() == ["student/basics.py", "student/kernels/quantized_matmul.cpp"]


def test_dry_run_writes_nothing(package: Path, tmp_path: Path):
    """It shows the same list."""
    work = _work(tmp_path / "work")
    done = run(package, "-m", "grader", "submit", "week1", "-s", work, "--dry-run", "--out", tmp_path / "out")
    assert (done.returncode, "student/basics.py" in done.stdout, (tmp_path / "out").exists()) == (
        0,
        True,
        False,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("week9",), 2, "there is no 'week9'"),
        (("week1", "--student", "../x"), 2, "the id '../x' must be letters"),
        (("week1", "--student", "a\nb"), 2, "the id 'a b' must be letters"),
        (("week1", "-s", "/nowhere"), 3, "there is no folder /nowhere"),
    ],
)
def test_bad_input_is_one_sentence(package: Path, tmp_path: Path, arguments, code, sentence):
    """Unknown weeks, ids that would be paths, folders that are not there."""
    done = run(package, "-m", "grader", "submit", *arguments, "--out", tmp_path)
    assert (done.returncode, done.stderr.count("\n"), sentence in done.stderr) == (code, 1, True)
    assert list(tmp_path.glob("*.zip")) == []


@pytest.mark.parametrize(
    ("package_at", "kernels_at"),
    [("student", "student/kernels"), ("src/tiny_llm", "src/extensions"), ("tiny_llm", "tiny_llm/kernels")],
)
def test_what_is_packed_is_what_the_class_grader_finds(tmp_path: Path, package_at: str, kernels_at: str):
    """Every accepted layout comes out of its archive as the same submission, and twice as the same bytes."""
    work = _work(tmp_path / "work", package_at, kernels_at)
    copy = snapshot(find(work), tmp_path / "copy")
    for name in ("one.zip", "two.zip"):
        pack(copy, tmp_path / name)
    prove(copy, tmp_path / "one.zip", tmp_path)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_a_layout_that_no_archive_can_have_is_refused_and_nothing_is_left(tmp_path: Path):
    """A package of another name with kernels beside it would not be found: it says which folder to rename."""
    work = _work(tmp_path / "mine", ".", "kernels")
    (work / "kernels").rename(tmp_path / "kernels")
    copy = snapshot(find(work), tmp_path / "copy")
    archive = tmp_path / "one.zip"
    pack(copy, archive)
    with pytest.raises(SubmissionRejected, match="rename the package's folder mine to student"):
        prove(copy, archive, tmp_path)
    assert not archive.exists()
