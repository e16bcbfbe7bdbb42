"""The pyproject.toml and the README of a student's package."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from grader.course.model import Measured, Week
from grader.errors import CannotJudge

# started as programs, or imported where a submission runs: no import of the grader's shows them
TOOLS = ("mlx", "mlx-lm", "nanobind", "cmake", "ninja", "ziglang")
FILES = Path(__file__).resolve().parent / "files"
PYPROJECT = """[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "grader"
version = "{version}"
description = "Checks, simulates and packs your work on the course that serves Qwen2 from scratch on MLX"
license = "Apache-2.0"
requires-python = "{pythons}"
dependencies = [
{dependencies}
]

[project.scripts]
grader = "grader.cli:main"

[tool.setuptools]
packages.find.include = ["grader*", "kernels*"]
"""


def pyproject(root: Path, imported: Iterable[str]) -> str:
    """Return the package's pyproject.toml: of the project's dependencies those that are imported, and the tools.

    Raises:
        CannotJudge: the project's own pyproject.toml does not name one of them.
    """
    text = (root / "pyproject.toml").read_text()
    block = text.partition("\ndependencies = [\n")[2].partition("\n]\n")[0]
    known = re.findall(r'^\s+"([^"]+)"', block, re.MULTILINE)
    wanted = {name.replace("_", "-") for name in (*imported, *TOOLS)}
    kept = [line for line in known if re.split(r"[^\w-]", line, maxsplit=1)[0] in wanted]
    missing = wanted - {re.split(r"[^\w-]", line, maxsplit=1)[0] for line in kept}
    if missing:
        raise CannotJudge(
            f"pyproject.toml does not name {', '.join(sorted(missing))}, which the package needs"
        )
    return PYPROJECT.format(
        version=_value(text, "version"),
        pythons=_value(text, "requires-python"),
        dependencies="\n".join(f'    "{line}",' for line in kept),
    )


def readme(root: Path, weeks: Iterable[Week], compiled: str) -> str:
    """Return the README: what is in the package, and what is graded elsewhere."""
    lines = []
    for week in weeks:
        gates = [f"{t.id} {c.name}" for t in week.tasks for c in t.checks if isinstance(c, Measured)]
        tail = f" Graded on submission only: {', '.join(gates)}." if gates else ""
        lines.append(f"Week {week.number}, {week.title}: {len(week.tasks)} tasks.{tail}")
    pythons = _value((root / "pyproject.toml").read_text(), "requires-python")
    text = (FILES / "README.md").read_text()
    return text.format(pythons=pythons, weeks="\n\n".join(lines), compiled=compiled)


def _value(text: str, name: str) -> str:
    found = re.search(rf'^{name} = "([^"]+)"', text, re.MULTILINE)
    if found is None:
        raise CannotJudge(f"pyproject.toml has no {name}")
    return found[1]
