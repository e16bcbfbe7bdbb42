"""Runs a student's package as a student does: in a process of its own, without torch and without the project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# what a student's installation lacks is hidden from the import system, as if it were not installed
WITHOUT = """
import sys
MISSING = {"torch", "transformers", "safetensors", "sqlalchemy", "alembic", "jsonschema", "reference"}
class Without:
    def __init__(self, finder):
        self.finder = finder
    def find_spec(self, name, path=None, target=None):
        return None if name.split(".")[0] in MISSING else self.finder.find_spec(name, path, target)
    def __getattr__(self, name):
        return getattr(self.finder, name)
sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]
"""
GRADE = """
import json, sys
from contextlib import ExitStack
from pathlib import Path
import grader
from grader.course.catalog import find_task
from grader.result import check_to_json
from grader.run.runner import Request, Resources, Runner
from grader.run.session import PUBLIC_SEED
found = {}
with ExitStack() as stack:
    resources = Resources.open(PUBLIC_SEED, stack)
    for path in sys.argv[2:]:
        week, _ = find_task(sys.argv[1].split(",")[0])
        request = Request(week, Path(path), tasks=tuple(sys.argv[1].split(",")), include_hidden=False)
        checks = [check_to_json(c) for t in Runner(resources).grade(request).tasks for c in t.checks]
        found[path] = [{k: v for k, v in c.items() if k not in ("seconds", "cpu_s")} for c in checks]
print(json.dumps([str(Path(grader.__file__).parent.parent), "torch" in sys.modules, found]))
"""


def run(package: Path, *arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python with the package alone, such as `-m grader check 1.1.1`."""
    place = package.parent / "without"
    place.mkdir(exist_ok=True)
    (place / "sitecustomize.py").write_text(WITHOUT)
    return _run(arguments, cwd or package, f"{package}{os.pathsep}{place}")


def graded(package: Path | None, tasks: str, *submissions: Path) -> tuple[str, bool, dict[str, list[dict]]]:
    """Grade the public cases of tasks with a package, or with the project's own grader.

    Returns:
        Where the grader lies, whether it has torch, and the checks of each submission but for their times.
    """
    arguments = ("-c", GRADE, tasks, *submissions)
    done = run(package, *arguments) if package is not None else _run(arguments, ROOT, str(ROOT))
    assert done.returncode == 0, done.stderr
    place, has_torch, found = json.loads(done.stdout)
    return place, has_torch, found


def _run(arguments, cwd: Path, path: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": path, "COLUMNS": "120", "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("GRADER_HOME", None)
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
