"""The uploaded autograder's own scripts, run for real in a folder laid out as Gradescope lays out /autograder."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from grader.cli.gradescope_run import student_of
from grader.export.gradescope import schema
from grader.export.gradescope_zip import Settings, archive, project_files
from grader.paths import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Gradescope's images are Linux")

SETTINGS = Settings(week=1, seed=11, tasks=("1.1.1", "1.3.2"), time_limit_s=100)
CHECKS = 12  # of these two tasks
METADATA = {
    "id": 123456,
    "created_at": "2026-03-01T14:22:32.365935-07:00",
    "users": [{"email": "ada@school.example", "id": 1234, "name": "Ada"}],
}


LayOut = Callable[..., "Autograder"]


class Autograder:
    """One folder as Gradescope has it before a submission is graded."""

    def __init__(self, root: Path, submission: Path | None) -> None:
        self.root = root
        self.results = root / "results" / "results.json"
        self.process: subprocess.Popen[str] | None = None
        (root / "submission_metadata.json").write_text(json.dumps(METADATA))
        if submission is not None:
            shutil.copytree(submission, root / "submission", dirs_exist_ok=True)

    def start(self) -> subprocess.Popen[str]:
        """Start the script in a process group of its own, in the folder in which Gradescope starts it."""
        self.process = subprocess.Popen(
            [self.root / "run_autograder"],
            cwd=self.root,
            env={"PATH": os.environ["PATH"], "AUTOGRADER_ROOT": str(self.root)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        return self.process

    def end(self) -> None:
        """End what a failed test has left running."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()

    def run(self) -> tuple[dict[str, Any], str]:
        """Run the script to its end; return the document and what staff see."""
        process = self.start()
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0, said
        return self.document(), said

    def document(self) -> dict[str, Any]:
        """Return the document that is there, which is valid."""
        found: dict[str, Any] = json.loads(self.results.read_text())
        Draft202012Validator(schema()).validate(found)
        return found

    def wait_for(self, tests: int) -> None:
        """Wait until the document has so many tests."""
        for _ in range(2_000):
            if self.results.exists() and len(self.document()["tests"]) >= tests:
                return
            time.sleep(0.02)
        raise AssertionError(f"{tests} checks were never finished")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Gradescope makes of the zip: it is unpacked, the scripts are executable, `setup.sh` has been run."""
    root = tmp_path_factory.mktemp("image")
    for name in ("source", "submission", "results"):
        (root / name).mkdir()
    with zipfile.ZipFile(io.BytesIO(archive(project_files(ROOT), SETTINGS))) as found:
        found.extractall(root / "source")
    shutil.copy(root / "source" / "run_autograder", root)
    (root / "run_autograder").chmod(0o755)
    environment = {"PATH": os.environ["PATH"], "AUTOGRADER_ROOT": str(root), "GRADER_PYTHON": sys.executable}
    subprocess.run(["bash", root / "source" / "setup.sh"], env=environment, check=True)
    return root


@pytest.fixture
def autograder_in(image: Path) -> Iterator[LayOut]:
    """Copies the image to a folder and puts a submission into it; what runs there ends with the test."""
    made: list[Autograder] = []

    def lay_out(root: Path, submission: Path | None, settings: Settings = SETTINGS) -> Autograder:
        shutil.copytree(image, root)
        (root / "source" / "autograder.json").write_text(json.dumps(settings.to_json(), indent=1))
        made.append(Autograder(root, submission))
        return made[-1]

    yield lay_out
    for autograder in made:
        autograder.end()


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A submission whose mask never comes back: the first task is graded, then the run stands still."""
    folder = tmp_path / "slow"
    folder.mkdir()
    for file in (ROOT / "reference").glob("*.py"):
        shutil.copy(file, folder)
    text = (folder / "attention.py").read_text()
    (folder / "attention.py").write_text(
        text + "\n\ndef causal_mask(*a, **k):\n    while True:\n        pass\n"
    )
    return folder


def test_a_submission_is_graded(autograder_in: LayOut, tmp_path: Path) -> None:
    """Every check of the tasks is in the document with its points; staff see one line; the seed stays private."""
    autograder = autograder_in(tmp_path / "autograder", ROOT / "reference")
    document, said = autograder.run()
    assert (document["score"], document["extra_data"]["complete"]) == (12, True)
    assert len(document["tests"]) == CHECKS
    assert {test["status"] for test in document["tests"]} == {"passed"}
    assert document["leaderboard"] == [{"name": "Points", "value": 12, "order": "desc"}]
    assert said.startswith(f"run {document['extra_data']['run_id']}: ")
    assert (autograder.root / "source" / "autograder.json").stat().st_mode & 0o777 == 0o600
    assert sorted(os.listdir(autograder.root / "results")) == ["results.json"]


def test_a_folder_without_a_package_is_rejected_in_words(autograder_in: LayOut, tmp_path: Path) -> None:
    """The student reads what was looked for; nothing names a place on the machine."""
    autograder = autograder_in(tmp_path / "autograder", None)
    (autograder.root / "submission" / "essay.txt").write_text("it works on my machine")
    document, _ = autograder.run()
    assert (document["score"], document["tests"]) == (0, [])
    assert document["output"].startswith(
        "The submission cannot be graded: no package found in the submission: looked for basics.py"
    )
    assert str(tmp_path) not in document["output"]


def test_a_kill_leaves_what_was_finished(autograder_in: LayOut, tmp_path: Path, slow: Path) -> None:
    """SIGKILL to everything, as when a container ends: the checks so far are there, marked as not all."""
    autograder = autograder_in(tmp_path / "autograder", slow)
    process = autograder.start()
    autograder.wait_for(CHECKS - 3)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    document = autograder.document()
    assert len(document["tests"]) >= CHECKS - 3
    assert document["extra_data"]["complete"] is False
    assert f"of {CHECKS} checks are done, and the score counts these alone." in document["output"]
    assert document["score"] > 0


@pytest.mark.parametrize("by", ["limit", "terminate"])
def test_an_end_from_outside_is_a_normal_end(
    autograder_in: LayOut, tmp_path: Path, slow: Path, by: str
) -> None:
    """At the time limit of the settings, or told to stop, the script ends with exit code 0 and the checks so far."""
    limit_s = 4 if by == "limit" else 100
    settings = Settings(week=1, seed=11, tasks=("1.1.1", "1.3.2"), time_limit_s=limit_s)
    autograder = autograder_in(tmp_path / "autograder", slow, settings)
    process = autograder.start()
    if by == "terminate":
        autograder.wait_for(1)
        process.terminate()
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "the run was ended from outside; results.json has what was finished" in said
    document = autograder.document()
    assert len(document["tests"]) >= (by == "terminate")
    assert document["extra_data"]["complete"] is False


@pytest.mark.parametrize("damage", ["settings", "python", "source"])
def test_a_broken_installation_is_no_fault_of_the_student(
    autograder_in: LayOut, tmp_path: Path, damage: str
) -> None:
    """Whatever is missing, the document says that the grader could not judge; an old document does not survive."""
    autograder = autograder_in(tmp_path / "autograder", ROOT / "reference")
    autograder.results.write_text('{"score": 100, "tests": []}')
    if damage == "settings":
        (autograder.root / "source" / "autograder.json").write_text("{")
    elif damage == "python":
        (autograder.root / "grader-python").write_text("/nowhere/python\n")
    else:
        (autograder.root / "source" / "grader" / "result.py").write_text("raise OSError")
    document, said = autograder.run()
    assert (document["score"], document["tests"]) == (0, [])
    assert document["output"].startswith("The grader could not judge this submission. That is no fault")
    assert said.strip() != ""


@pytest.mark.parametrize(
    ("text", "student"),
    [
        (json.dumps(METADATA), "ada@school.example"),
        ('{"users": [{"name": "Ada"}, {"id": 7}]}', "Ada, 7"),
        ('{"users": []}', "unknown"),
        ('{"users": [1]}', "unknown"),
        ("{", "unknown"),
    ],
)
def test_who_handed_in(tmp_path: Path, text: str, student: str) -> None:
    """All members of a group by address, name or id; without metadata nobody."""
    (tmp_path / "m.json").write_text(text)
    assert student_of(tmp_path / "m.json") == student
    assert student_of(tmp_path / "missing.json") == "unknown"
