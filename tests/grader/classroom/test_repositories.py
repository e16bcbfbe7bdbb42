"""Commits out of students' git repositories: the right sources, and no program of theirs is ever run."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from grader.classroom import repositories
from grader.classroom.repositories import Head, export, find, head
from grader.errors import CannotJudge, SubmissionRejected

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
WHEN = "2026-11-24T03:49:00+01:00"


def git(folder: Path, *arguments: str, when: str = WHEN) -> str:
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_COMMITTER_DATE": when,
        "GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z",
    }
    who = ("-c", "user.name=Ada", "-c", "user.email=a@x.edu", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ("git", *who, *arguments), cwd=folder, env=env, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def repository(folder: Path, files: dict[str, str], *init: str) -> Path:
    """Make a repository with one commit of `files`."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", *init)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-q", "-m", "handed in")
    return folder


def exported(folder: Path, target: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    found = find(folder)
    assert found is not None
    target.mkdir()
    notes = export(found, head(found, "s1").commit, target, "s1")
    return {p.relative_to(target).as_posix(): p.read_text() for p in target.rglob("*") if p.is_file()}, notes


@pytest.mark.parametrize("init", [(), ("--object-format=sha256",)])
def test_the_newest_commit_of_the_default_branch_is_taken(tmp_path, init):
    """Sources as they were committed, with the committer's time in UTC; what is not committed does not count."""
    folder = repository(tmp_path / "s1", {"hw/basics.py": "x = 1\n", "hw/notes.txt": "no"}, *init)
    (folder / "hw/basics.py").write_text("x = 2\n")
    found = find(folder)
    assert found == folder / ".git"
    assert head(found, "s1") == Head(git(folder, "rev-parse", "HEAD"), "2026-11-24T02:49:00Z")
    assert exported(folder, tmp_path / "out") == ({"hw/basics.py": "x = 1\n"}, ())


def test_bare_and_packed_repositories_are_read(tmp_path):
    """A bare clone keeps its references in one file and its objects in a pack."""
    folder = repository(tmp_path / "s1", {"basics.py": "x = 1\n"})
    git(tmp_path, "clone", "-q", "--bare", str(folder), "s1.git")
    git(tmp_path / "s1.git", "gc", "-q")
    git(tmp_path / "s1.git", "pack-refs", "--all")
    assert find(tmp_path / "s1.git") == tmp_path / "s1.git"
    assert exported(tmp_path / "s1.git", tmp_path / "out") == ({"basics.py": "x = 1\n"}, ())


def test_what_was_found_stays_what_is_graded(tmp_path):
    """A commit that comes later changes nothing for the one that was found."""
    folder = repository(tmp_path / "s1", {"basics.py": "x = 1\n"})
    old = head(folder / ".git", "s1").commit
    (folder / "basics.py").write_text("x = 2\n")
    git(folder, "commit", "-q", "-a", "-m", "later")
    (tmp_path / "out").mkdir()
    export(folder / ".git", old, tmp_path / "out", "s1")
    assert (tmp_path / "out/basics.py").read_text() == "x = 1\n"


def test_a_detached_head_and_an_only_branch_are_taken(tmp_path):
    """HEAD may be a commit; if it names a branch that is not there, and there is one other, that one counts."""
    folder = repository(tmp_path / "s1", {"basics.py": "x = 1\n"})
    commit = git(folder, "rev-parse", "HEAD")
    git(folder, "checkout", "-q", "--detach")
    assert head(folder / ".git", "s1").commit == commit
    (folder / ".git/HEAD").write_text("ref: refs/heads/none\n")
    assert head(folder / ".git", "s1").commit == commit
    git(folder, "branch", "second", commit)
    with pytest.raises(SubmissionRejected, match="has no commit on its default branch refs/heads/none"):
        head(folder / ".git", "s1")


def test_links_and_large_files_in_a_commit_are_left_out(tmp_path):
    """A link is not followed; a file that is too large stands for itself, so that grading names it."""
    folder = repository(tmp_path / "s1", {"basics.py": "x = 1\n", "large.py": "#" * (2 << 20)})
    (folder / "l.py").symlink_to("/etc/passwd")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "links")
    files, notes = exported(folder, tmp_path / "out")
    assert notes == ("l.py (a link or a submodule)",)
    assert {name: len(text) for name, text in files.items()} == {"basics.py": 6, "large.py": (1 << 20) + 1}


def test_no_program_of_a_repository_is_run(tmp_path):
    """Hooks, filters, monitors, pagers, included configuration and missing objects with a remote that is a command."""
    folder = repository(tmp_path / "s1", {"basics.py": "x = '$Format:%H$'\n"})
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    (folder / ".gitattributes").write_text("*.py filter=trap export-subst diff=trap\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "attributes")
    more = folder / ".git/more"
    more.write_text(f"[core]\n\tfsmonitor = {trap}\n\thooksPath = {folder}/.git/hooks\n\tpager = {trap}\n")
    (folder / ".git/config").write_text(
        f"[core]\n\trepositoryformatversion = 1\n\tsshCommand = {trap}\n\talternateRefsCommand = {trap}\n"
        f'[include]\n\tpath = {more}\n[filter "trap"]\n\tsmudge = {trap}\n\tclean = {trap}\n\tprocess = {trap}\n'
        f'[diff "trap"]\n\ttextconv = {trap}\n\tcommand = {trap}\n[alias]\n\tcat-file = !{trap}\n'
        f'[extensions]\n\tpartialClone = origin\n[remote "origin"]\n\turl = ext::{trap}\n\tpromisor = true\n'
        '[protocol "ext"]\n\tallow = always\n'
    )
    for hook in ("post-checkout", "reference-transaction", "pre-commit", "post-index-change"):
        shutil.copy(trap, folder / ".git/hooks" / hook)
    subprocess.run(
        ("git", "-c", f"safe.directory={folder}", "status"), cwd=folder, check=False, capture_output=True
    )
    (tmp_path / "sprung").unlink()  # so the trap works: plain git in the folder runs it
    assert exported(folder, tmp_path / "out") == ({"basics.py": "x = '$Format:%H$'\n"}, ())
    commit = head(folder / ".git", "s1").commit
    blob = git(tmp_path, "hash-object", str(folder / "basics.py"))
    (folder / ".git/objects" / blob[:2] / blob[2:]).unlink()
    (tmp_path / "again").mkdir()
    with pytest.raises(SubmissionRejected, match=r"^the repository s1 is damaged"):
        export(folder / ".git", commit, tmp_path / "again", "s1")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("name", ["objects/info/alternates", "commondir"])
def test_a_repository_that_borrows_is_refused(tmp_path, name):
    """The objects of somebody else are not what a student has handed in."""
    folder = repository(tmp_path / "s1", {"basics.py": "x = 1\n"})
    (folder / ".git" / name).parent.mkdir(exist_ok=True)
    (folder / ".git" / name).write_text("/somewhere/else\n")
    with pytest.raises(
        SubmissionRejected, match=f"^the repository s1 borrows from another one .{name}.: clone it anew$"
    ):
        head(folder / ".git", "s1")


def test_links_in_a_repository_are_refused(tmp_path):
    """Neither the objects nor a branch may lie somewhere else; a `.git` that is a link or a file is none at all."""
    folder = repository(tmp_path / "s1", {"basics.py": "x = 1\n"})
    (folder / ".git/refs/heads/other").symlink_to("main")
    with pytest.raises(SubmissionRejected, match=r"^the repository s1 holds a link \(other\)$"):
        head(folder / ".git", "s1")
    (tmp_path / "s2").mkdir()
    (tmp_path / "s2/.git").symlink_to(folder / ".git")
    assert find(tmp_path / "s2") is None
    (tmp_path / "s2/.git").unlink()
    (tmp_path / "s2/.git").write_text(f"gitdir: {folder}/.git\n")
    assert find(tmp_path / "s2") is None


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("ref: ../../../etc/passwd\n", "is damaged: HEAD names no branch"),
        ("ref: refs/heads/../../config\n", "is damaged: HEAD names no branch"),
        ("", "is damaged: HEAD names no branch"),
        ("ref: refs/heads/.invalid\n", "keeps its references as reftable, which is not taken"),
        ("f" * 40 + "\n", "is damaged: git cannot read commit or files"),
        ("--help" + "\n", "is damaged: HEAD names no branch"),
    ],
)
def test_a_damaged_repository_is_one_sentence(tmp_path, content, sentence):
    """HEAD is read as text, and leads nowhere but to a branch or a commit."""
    folder = repository(tmp_path / "s1", {"basics.py": "x = 1\n"})
    (folder / ".git/HEAD").write_text(content)
    with pytest.raises(SubmissionRejected) as caught:
        head(folder / ".git", "s1")
    assert str(caught.value) == f"the repository s1 {sentence}"


def test_a_repository_without_a_commit_is_one_sentence(tmp_path):
    """Nothing was handed in yet."""
    (tmp_path / "s1").mkdir()
    git(tmp_path / "s1", "init", "-q")
    with pytest.raises(SubmissionRejected, match="has no commit on its default branch refs/heads/main"):
        head(tmp_path / "s1/.git", "s1")


def test_a_tree_without_end_is_refused(tmp_path):
    """A few objects that stand for ten to the ninth files: the listing is cut off, and nothing is written."""
    folder = repository(tmp_path / "s1", {"basics.py": "x = 1\n"})
    tree = git(folder, "write-tree")
    for _ in range(9):
        lines = "".join(f"040000 tree {tree}\td{i}\n" for i in range(10))
        done = subprocess.run(
            ("git", "mktree"), cwd=folder, input=lines, check=True, capture_output=True, text=True
        )
        tree = done.stdout.strip()
    commit = git(folder, "commit-tree", tree, "-m", "bomb")
    (tmp_path / "out").mkdir()
    with pytest.raises(SubmissionRejected, match=r"^the repository s1 holds more than can be graded$"):
        export(folder / ".git", commit, tmp_path / "out", "s1")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_machine_without_git_is_not_the_students_fault(tmp_path, monkeypatch):
    """Then nobody's repository can be judged."""
    folder = repository(tmp_path / "s1", {"basics.py": "x = 1\n"})
    monkeypatch.setattr(repositories.shutil, "which", lambda _: None)
    with pytest.raises(CannotJudge, match=r"^git is not installed, so a repository cannot be read$"):
        head(folder / ".git", "s1")
