"""Finding the package in a submission, and the copy that is graded."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from grader.errors import SubmissionRejected
from grader.worker import submission
from grader.worker.submission import Layout, find, snapshot


def make(root: Path, *names: str, content: str = "x = 1\n") -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


@pytest.mark.parametrize(
    ("files", "package", "name", "kernels"),
    [
        (["basics.py", "kernels/a.metal"], "", "hw1", "kernels"),
        (["student/basics.py", "student/kernels/a.cpp"], "student", "student", "student/kernels"),
        (["student/basics.py", "reference/basics.py", "kernels/ops/a.h"], "student", "student", "kernels"),
        (["src/tiny_llm/basics.py", "src/extensions/a.cpp"], "src/tiny_llm", "tiny_llm", "src/extensions"),
        (["src/tiny_llm/basics.py", "src/tiny_llm_ref/basics.py"], "src/tiny_llm", "tiny_llm", None),
        (["tiny_llm/attention.py", "tests/test_a.py"], "tiny_llm", "tiny_llm", None),
        (["basics.py", "student/basics.py"], "", "hw1", None),
        (["course-main/src/tiny_llm/basics.py"], "course-main/src/tiny_llm", "tiny_llm", None),
        (["my hw/basics.py"], "my hw", "submission", None),
        (["json/basics.py"], "json", "submission", None),
    ],
)
def test_every_layout_is_found(
    tmp_path: Path, files: list[str], package: str, name: str, kernels: str | None
) -> None:
    """Our layout, the public course's, a bare package and an unpacked archive: package, name and kernels."""
    root = make(tmp_path / "hw1", *files)
    assert find(root) == Layout(root, root / package, name, root / kernels if kernels else None)


def test_a_link_to_the_submission_is_followed_but_not_one_out_of_it(tmp_path: Path) -> None:
    """The path that the user gives may be a link; a package folder that is a link to elsewhere is none."""
    real = make(tmp_path / "real", "tiny_llm/basics.py")
    (tmp_path / "link").symlink_to(real)
    assert find(tmp_path / "link").package_dir == real / "tiny_llm"
    (tmp_path / "hw").mkdir()
    (tmp_path / "hw" / "tiny_llm").symlink_to(real / "tiny_llm")
    with pytest.raises(SubmissionRejected, match="no package found"):
        find(tmp_path / "hw")


def test_what_is_no_submission_gets_one_sentence(tmp_path: Path) -> None:
    """No folder, a file, a path through a file, an empty folder, a folder without package: each is named."""
    file = tmp_path / "a.py"
    file.write_text("")
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("x")
    looked = (
        "looked for basics.py and the other chapters in the folder itself, then in "
        "src/tiny_llm/, tiny_llm/, student/, src/student/"
    )
    expected = {
        "nix": f"there is no folder {tmp_path}/nix",
        "a.py": f"the submission {tmp_path}/a.py is a file, not a folder",
        "a.py/b": f"there is no folder {tmp_path}/a.py/b",
        "empty": f"the submission folder {tmp_path}/empty is empty",
        "other": f"no package found in {tmp_path}/other: {looked}",
        "x" * 300: f"the submission {tmp_path}/{'x' * 300} cannot be read: File name too long",
        "a\0b": f"the submission {tmp_path}/a\\x00b cannot be read: embedded null byte",
    }
    found = {}
    for name in expected:
        with pytest.raises(SubmissionRejected) as caught:
            find(tmp_path / name)
        found[name] = str(caught.value)
        assert caught.value.exit_code == 3
    assert found == expected


def test_the_copy_holds_sources_and_names_the_rest(tmp_path: Path) -> None:
    """Python and kernel sources are copied; caches vanish silently, all else with its reason."""
    root = make(
        tmp_path / "student",
        "basics.py",
        "models/small.py",
        "notes.txt",
        "fast.cpp",
        "kernels/rope.metal",
        "kernels/src/rope.cpp",
        "kernels/src/rope.h",
        "kernels/CMakeLists.txt",
        "kernels/build/rope.cpp",
        "tests/test_basics.py",
        "__pycache__/basics.cpython-311.pyc",
        ".git/config",
        "myenv/pyvenv.cfg",
        "myenv/lib/x.py",
    )
    copy = snapshot(find(root), tmp_path / "copy")
    assert copy.files == (
        "student/basics.py",
        "student/kernels/rope.metal",
        "student/kernels/src/rope.cpp",
        "student/kernels/src/rope.h",
        "student/models/small.py",
    )
    assert copy.left_out == (
        "student/fast.cpp (not a source file)",
        "student/kernels/CMakeLists.txt (not a source file)",
        "student/kernels/build (a folder that is not graded)",
        "student/myenv (a virtual environment)",
        "student/notes.txt (not a source file)",
        "student/tests (a folder that is not graded)",
    )
    made = sorted(str(p.relative_to(copy.root)) for p in copy.root.rglob("*") if p.is_file())
    assert tuple(made) == copy.files
    assert (copy.package_dir, copy.package_name) == (copy.root / "student", "student")


def test_kernels_beside_the_package_are_copied_beside_it(tmp_path: Path) -> None:
    """The public course's `extensions` stays a sibling of `tiny_llm`, so that both import as they did."""
    root = make(
        tmp_path / "hw", "src/tiny_llm/basics.py", "src/extensions/a.cpp", "src/extensions/b/__init__.py"
    )
    copy = snapshot(find(root), tmp_path / "copy")
    assert copy.files == ("extensions/a.cpp", "extensions/b/__init__.py", "tiny_llm/basics.py")
    assert copy.package_dir == copy.root / "tiny_llm"


def test_everybody_can_read_the_copy_and_nobody_write_it(tmp_path: Path) -> None:
    """Files are 0444 and folders 0755, whatever the umask and the modes in the submission."""
    root = make(tmp_path / "student", "basics.py", "models/deep/a.py")
    (root / "basics.py").chmod(0o600)
    before = os.umask(0o077)
    try:
        copy = snapshot(find(root), tmp_path / "copy")
    finally:
        os.umask(before)
    modes = {str(p.relative_to(copy.root)): stat.S_IMODE(p.stat().st_mode) for p in copy.root.rglob("*")}
    assert modes == {
        "student": 0o755,
        "student/basics.py": 0o444,
        "student/models": 0o755,
        "student/models/deep": 0o755,
        "student/models/deep/a.py": 0o444,
    }
    assert stat.S_IMODE(copy.root.stat().st_mode) == 0o755


def test_the_hash_is_of_names_and_bytes(tmp_path: Path) -> None:
    """It is the documented one, the same for the same sources elsewhere, and another for any change."""
    one = snapshot(find(make(tmp_path / "a" / "student", "basics.py")), tmp_path / "1")
    text = b"17 6\nstudent/basics.pyx = 1\n"
    assert one.sha256 == hashlib.sha256(text).hexdigest()
    make(tmp_path / "b" / "student", "basics.py", "notes.txt")
    assert snapshot(find(tmp_path / "b"), tmp_path / "2").sha256 == one.sha256
    make(tmp_path / "b" / "student", "basics.py", content="x = 2\n")
    assert snapshot(find(tmp_path / "b"), tmp_path / "3").sha256 != one.sha256
    make(tmp_path / "c" / "student", "basics.py", "a.py", content="")
    make(tmp_path / "d" / "student", "basics.py", "b.py", content="")
    hashes = {snapshot(find(tmp_path / n), tmp_path / f"of-{n}").sha256 for n in "cd"}
    assert len(hashes) == 2


def test_hostile_entries_are_left_out(tmp_path: Path) -> None:
    """Links, pipes, too large files, unprintable and undecodable names cost themselves only."""
    secret = tmp_path / "secret.py"
    secret.write_text("secret = 1\n")
    root = make(tmp_path / "student", "basics.py", "sub/real.py")
    (root / "a_link.py").symlink_to(secret)
    (root / "b_link.py").symlink_to(root / "basics.py")
    (root / "c_folder").symlink_to(tmp_path)
    (root / "d_gone.py").symlink_to(tmp_path / "nowhere")
    os.mkfifo(root / "e_pipe.py")
    (root / "f_large.py").write_bytes(b"#" * (submission.MAX_FILE_BYTES + 1))
    (root / "g_exact.py").write_bytes(b"#" * submission.MAX_FILE_BYTES)
    (root / "h\x1b[2J.py").write_text("")
    Path(os.fsdecode(os.fsencode(root) + b"/i\xff.py")).write_text("")
    copy = snapshot(find(root), tmp_path / "copy")
    assert copy.files == ("student/basics.py", "student/g_exact.py", "student/sub/real.py")
    assert copy.left_out == (
        "student/a_link.py (a link: links are not followed)",
        "student/b_link.py (a link: links are not followed)",
        "student/c_folder (a link: links are not followed)",
        "student/d_gone.py (a link: links are not followed)",
        "student/e_pipe.py (not a regular file)",
        "student/f_large.py (larger than 1 MiB)",
        "student/h\\x1b[2J.py (its name has characters that cannot be printed)",
        "student/i\\udcff.py (its name has characters that cannot be printed)",
    )


def test_a_file_that_vanishes_or_cannot_be_read_costs_itself_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is gone, or denied, when it is to be opened is left out with its reason."""
    root = make(tmp_path / "student", "basics.py", "denied.py", "gone.py")
    errors = {"denied.py": PermissionError(13, "Permission denied"), "gone.py": FileNotFoundError(2, "gone")}
    real = os.open

    def open_(path: object, *arguments: object, **options: object) -> int:
        if path in errors:
            raise errors[str(path)]
        return real(path, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", open_)
    copy = snapshot(find(root), tmp_path / "copy")
    assert copy.files == ("student/basics.py",)
    assert copy.left_out == (
        "student/denied.py (Permission denied)",
        "student/gone.py (vanished while it was copied)",
    )


def test_a_folder_swapped_for_a_link_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that becomes a link between the look and the opening leads nowhere."""
    outside = make(tmp_path / "outside", "stolen.py")
    root = make(tmp_path / "student", "basics.py", "sub/a.py")
    real = os.open

    def open_(path: object, *arguments: object, **options: object) -> int:
        if path == "sub" and not (root / "sub").is_symlink():
            (root / "sub").rename(tmp_path / "moved")
            (root / "sub").symlink_to(outside)
        return real(path, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", open_)
    copy = snapshot(find(root), tmp_path / "copy")
    assert copy.files == ("student/basics.py",)
    assert copy.left_out == ("student/sub (Not a directory)",)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("MAX_FILES", 2, "the submission holds more than 2 source files"),
        ("MAX_ENTRIES", 4, "the submission holds more than 4 files and folders"),
        ("MAX_TOTAL_BYTES", 3 << 20, "the sources of the submission are larger than 3 MiB"),
    ],
)
def test_a_submission_that_is_too_large_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: int, sentence: str
) -> None:
    """Beyond the bound the sentence names it, and no copy is left; at the bound it is accepted."""
    root = make(tmp_path / "student", "basics.py", "b.py", "c.txt", "d.txt")
    for large in ("basics.py", "b.py"):
        (root / large).write_bytes(b"#" * (1 << 20))
    monkeypatch.setattr(submission, name, value)
    assert len(snapshot(find(root), tmp_path / "copy").files) == 2
    for large in ("e.py", "f.py"):
        (root / large).write_bytes(b"#" * (1 << 20))
    with pytest.raises(SubmissionRejected) as caught:
        snapshot(find(root), tmp_path / "second")
    assert str(caught.value) == sentence
    assert not (tmp_path / "second").exists()


def test_deep_folders_end_the_walk(tmp_path: Path) -> None:
    """Nesting beyond the bound is left out with its depth."""
    root = make(tmp_path / "student", "basics.py", "/".join(["d"] * (submission.MAX_DEPTH + 1)) + "/a.py")
    copy = snapshot(find(root), tmp_path / "copy")
    assert copy.files == ("student/basics.py",)
    assert copy.left_out == (f"student/{'/'.join(['d'] * 17)} (deeper than 16 folders)",)


def test_many_left_out_files_are_counted(tmp_path: Path) -> None:
    """At most fifty are named."""
    root = make(tmp_path / "student", "basics.py", *(f"{n:03}.txt" for n in range(60)))
    copy = snapshot(find(root), tmp_path / "copy")
    assert len(copy.left_out) == 51
    assert copy.left_out[-2:] == ("student/049.txt (not a source file)", "and 10 more")


def test_a_package_that_cannot_be_read_is_rejected(tmp_path: Path) -> None:
    """If every chapter is a link or too large there is nothing to grade, and no empty copy."""
    root = make(tmp_path / "student", "basics.py", content="#" * (submission.MAX_FILE_BYTES + 1))
    with pytest.raises(SubmissionRejected, match="holds no source file that can be read"):
        snapshot(find(root), tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_target_that_exists_is_not_mixed_with(tmp_path: Path) -> None:
    """The copy goes to a fresh folder only."""
    with pytest.raises(FileExistsError):
        snapshot(find(make(tmp_path / "student", "basics.py")), tmp_path)
