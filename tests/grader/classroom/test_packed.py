"""A packed submission is the submission: the same files, hash and limits, wherever it is unpacked."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.classroom.packed import from_zip, lay_out, pack, to_zip
from grader.errors import SubmissionRejected
from grader.worker.submission import find, snapshot


@pytest.fixture(params=["student", "src/tiny_llm", "."])
def submission(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A package with kernels, in each layout, beside files that are not taken."""
    root = tmp_path / "work"
    package = root / request.param
    (package / "kernels").mkdir(parents=True)
    for name in ("basics.py", "attention.py"):
        (package / name).write_text(f"# {name}\n")
    (package / "kernels" / "matmul.cpp").write_text("int x;\n")
    (package / "notes.txt").write_text("not taken")
    return root


def test_a_packed_submission_has_the_hash_of_its_folder(submission: Path, tmp_path: Path):
    """The hash, the files and the reasons are those of the copy that a run makes."""
    packed = pack(submission)
    copy = snapshot(find(submission), tmp_path / "copy")
    assert (packed.sha256, tuple(sorted(packed.files)), packed.left_out) == (
        copy.sha256,
        copy.files,
        copy.left_out,
    )
    assert "notes.txt (not a source file)" in packed.left_out[0]


def test_laid_out_elsewhere_it_is_the_same_again(submission: Path, tmp_path: Path):
    """What another machine makes of it has the same hash, package and kernels."""
    packed = pack(submission)
    place = tmp_path / "elsewhere"
    place.mkdir()
    copy = snapshot(lay_out(packed, place), tmp_path / "copy")
    assert copy.sha256 == packed.sha256
    assert copy.kernels_dir is not None
    assert copy.kernels_dir.relative_to(copy.root).as_posix() == packed.kernels


def test_the_archive_is_the_same_whenever_it_is_made(submission: Path, tmp_path: Path):
    """Equal bytes for equal sources, and what is read from them is what was packed."""
    packed = pack(submission)
    path = tmp_path / "kept.zip"
    path.write_bytes(to_zip(packed))
    assert to_zip(pack(submission)) == path.read_bytes()
    assert from_zip(path) == packed


def test_nothing_to_grade_is_one_sentence(tmp_path: Path):
    """A folder without a package is refused as in a run."""
    (tmp_path / "readme.md").touch()
    with pytest.raises(SubmissionRejected, match=r"^no package found in "):
        pack(tmp_path)
