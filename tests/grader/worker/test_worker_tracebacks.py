"""A traceback shows lines of the snapshot and nothing else, whatever the worker claims."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.worker.tracebacks import student_frames


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A snapshot of one file, and a secret beside it."""
    (tmp_path / "secret.py").write_text("KEY = 1\n")
    root = tmp_path / "snapshot"
    root.mkdir()
    (root / "basics.py").write_text("import x\n\x1b[31mred\n" + "y" * 500 + "\n")
    (root / "link.py").symlink_to(tmp_path / "secret.py")
    return root


def test_frame_shows_file_line_function_and_source(root: Path) -> None:
    """The source line is read from the snapshot and cleaned."""
    frames = [["basics.py", 1, "f"], ["basics.py", 2, "\x1b[1mg"], ["basics.py", 4, "end"]]
    assert student_frames(root, frames) == (
        "basics.py:1 in f: import x",
        "basics.py:2 in \\x1b[1mg: \\x1b[31mred",
        "basics.py:4 in end: ",
    )


def test_long_source_line_is_capped(root: Path) -> None:
    """A line of 500 letters does not flood the message."""
    (line,) = student_frames(root, [["basics.py", 3, "f"]])
    assert line == "basics.py:3 in f: " + "y" * 160 + "... (340 more characters)"


@pytest.mark.parametrize(
    "frame",
    [
        ["../secret.py", 1, "f"],
        ["link.py", 1, "f"],
        ["/etc/passwd", 1, "f"],
        ["absent.py", 1, "f"],
        ["", 1, "f"],
        ["a\0b", 1, "f"],
        ["a" * 5000, 1, "f"],
        ["basics.py", 99, "f"],
        ["basics.py", -1, "f"],
        ["basics.py", True, "f"],
        ["basics.py", 1],
        ["basics.py", 1, None],
        "basics.py",
        None,
    ],
    ids=repr,
)
def test_unbelievable_frame_is_left_out(root: Path, frame: object) -> None:
    """Outside of the snapshot, no such line, or another form: nothing is shown and nothing raises."""
    assert student_frames(root, [frame]) == ()


@pytest.mark.parametrize("claimed", [None, 5, "text", {}, ()])
def test_claim_of_another_form_is_empty(root: Path, claimed: object) -> None:
    """Only a list of frames is looked at."""
    assert student_frames(root, claimed) == ()


def test_number_of_frames_is_capped(root: Path) -> None:
    """A thousand frames are not a thousand lines."""
    assert len(student_frames(root, [["basics.py", 1, "f"]] * 1000)) == 12
