"""docs/adding-a-check.md, followed to the letter in a copy of the project: what it promises is what happens."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "adding-a-check.md").read_text()
COPIED = ("grader", "reference", "student", "kernels", "models", "tests/grader", "tests/mutants")
BLOCK = re.compile(
    r"^`([^`\n]+)`, (a new file|at the end|changed):\n\n```(?:python|diff)\n(.*?)^```$", re.M | re.S
)
CONSOLE = re.compile(r"^```\n(\$ .*?)^```$", re.M | re.S)

# what `grader validate` does, with the two tasks alone
GRADES = """
import json, tempfile
from contextlib import ExitStack
from pathlib import Path
from grader.course.catalog import find_week
from grader.paths import ROOT
from grader.run.runner import Request, Resources, Runner
from grader.validation import corpus, judge
from grader.validation.corpus import Specimen

week, said = find_week("1"), {"root": str(ROOT)}
new = [m for m in corpus.load(Path("tests"), "mutants", 1) if m.name.startswith(("softcap", "silu_quick"))]
with ExitStack() as stack:
    runner = Runner(Resources.open(7, stack))
    for specimen in (Specimen("reference", "reference", ""), Specimen("skeleton", "skeleton", "", "student"), *new):
        room = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        room.chmod(0o755)
        root = corpus.build(specimen, ROOT, room / "submission")
        tasks = ("1.4.2",) if specimen.name.startswith("silu") else ("1.4.3",)
        result = runner.grade(Request(week, root, tasks=tasks))
        of = {"reference": judge.reference, "skeleton": judge.skeleton}
        judged = of.get(specimen.group, lambda result: judge.mutant(specimen, result))(result)
        said[specimen.name] = [result.points, result.extra_points, *judged]
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def project():
    """Give a copy of the project after every step of the page."""
    with tempfile.TemporaryDirectory(prefix="grader-page-") as name:
        copy = Path(name)
        copy.chmod(0o755)  # workers of another user read it
        for part in COPIED:
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        for path, how, body in BLOCK.findall(PAGE):
            _write(copy / path, how, body)
        _run(copy, "-m", "grader.skeleton", "--force")
        yield copy


def _write(path: Path, how: str, body: str) -> None:
    """Do what a line of the page says with the block below it."""
    if how == "a new file":
        assert not path.exists(), path
        path.write_text(body)
    elif how == "at the end":
        path.write_text(f"{path.read_text().rstrip()}\n\n\n{body}")
    else:
        lines = body.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] != "+")
        new = "".join(line[1:] for line in lines if line[0] != "-")
        assert path.read_text().count(old) == 1, (path, old)
        path.write_text(path.read_text().replace(old, new))


def _run(copy: Path, *arguments: str, code: int | None = 0) -> str:
    env = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "80"}
    done = subprocess.run([sys.executable, *arguments], cwd=copy, env=env, capture_output=True, text=True)
    assert code in (None, done.returncode), done.stdout + done.stderr
    return done.stdout


def _plain(text: str) -> list[str]:
    """Return the lines of an output that say something, however long they are filled up."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]


@pytest.mark.xdist_group("adding-a-task")
def test_every_block_of_the_page_is_written_somewhere():
    """None is passed over because the line above it has another form."""
    fences = re.findall(r"^```(python|diff)$", PAGE, re.M)
    assert len(BLOCK.findall(PAGE)) == len(fences) >= 15


@pytest.mark.xdist_group("adding-a-task")
def test_the_new_checks_pass_and_fail_as_the_page_says(project):
    """The reference gets every point, the skeleton none, and each mutant fails what it names with a proved hint."""
    said = json.loads(_run(project, "-c", GRADES).splitlines()[-1])
    assert said == {
        "root": str(project.resolve()),
        "reference": [2, 0.5],
        "skeleton": [0, 0],
        "silu_quick_gelu": [0, 0],
        "softcap_clipped": [0, 0],
        "softcap_not_divided": [0, 0],
        "softcap_not_scaled_back": [0, 0],
    }


@pytest.mark.xdist_group("adding-a-task")
def test_a_student_reads_what_the_page_shows(project):
    """The two transcripts end with the output of the command."""
    shown = [block for block in CONSOLE.findall(PAGE) if "$ grader check" in block]
    assert len(shown) == 2
    for block in shown:
        build, check = re.findall(
            r"^\$ (python -m grader\.validation\.build .*|grader check .*)$", block, re.M
        )
        _run(project, *build.split()[1:])
        output = _plain(_run(project, "-m", *check.split(), code=None))
        message = _plain(block.partition("\n...\n")[2])
        assert len(message) >= 6
        start = output.index(message[0])
        assert output[start : start + len(message)] == message


@pytest.mark.xdist_group("adding-a-task")
def test_the_tests_of_the_course_find_nothing(project):
    """Points, names, order, strings, and a skeleton that is the generated one."""
    files = re.search(r"^\$ python -m pytest (.*)$", PAGE, re.M)[1].split()
    assert all((project / file).is_file() for file in files)
    output = _run(project, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", *files)
    assert "failed" not in output


@pytest.mark.xdist_group("adding-a-task")
def test_the_linter_and_the_formatter_find_nothing(project):
    """The blocks are in the project's style."""
    written = sorted({path for path, _, _ in BLOCK.findall(PAGE) if not path.startswith("tests/mutants")})
    _run(project, "-m", "ruff", "check", "--no-cache", *written)
    _run(project, "-m", "ruff", "format", "--no-cache", "--check", *written)
