"""Writes a student's package into a folder or a zip archive. What is not named here is not in it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.course.model import Scenario, Week
from grader.course.scenarios.batch_numbers import PUBLIC_QUESTIONS
from grader.course.scenarios.whole_model import PUBLIC_QUESTION
from grader.errors import CannotJudge, UsageError
from grader.paths import PUBLIC_MODELS, ROOT
from grader.release import project
from grader.release.closure import Sources
from grader.release.compiled import compile_reference
from grader.release.leaks import leaks
from grader.release.public_view import public_view
from grader.release.record import record

SUFFIXES = {
    "student": (".py", ".cpp", ".h", ".metal"),
    "kernels": (".py", ".cpp", ".h", ".hpp", ".metal", ".S", ".map", ".txt", ""),
}
DATA = {"grader.report": "templates", "grader.worker": "", "grader.bench": ""}  # other files beside modules
DATA_SUFFIXES = (".html", ".css", ".js", ".sb", ".cpp")
DOCS = ("simulator.md", "simulator-limits.md", "reading-a-race-report.md", "policy.md")
MIDNIGHT = (1980, 1, 1, 0, 0, 0)  # of every file in an archive: the same files make the same bytes
OWN = ("grader", "kernels", "student", "mlx", "torch", "markupsafe")  # no dependencies of the package by name

Say = Callable[[str], None]


@dataclass(frozen=True)
class Released:
    """What was written."""

    path: Path
    files: int
    size_bytes: int  # of all files, before they are compressed
    by_part: dict[str, int]  # bytes in each top folder


class Package:
    """One package.

    Args:
        weeks: what it has public cases of.
        reference: the solution, which plays the scenarios and is compiled.
        root: of the project.
        say: is told what is being done.
    """

    def __init__(
        self, weeks: Sequence[Week], reference: Path, root: Path = ROOT, say: Say = lambda text: None
    ) -> None:
        self._weeks, self._reference, self._root, self._say = tuple(weeks), reference, root, say

    def write(self, target: Path) -> Released:
        """Write the package; `target` that ends in .zip becomes an archive, any other name a folder.

        Nothing is there under that name before all of it is.

        Raises:
            UsageError: there is something in its place.
            CannotJudge: it cannot be made, or would hold what it must not hold.
        """
        if target.exists() and (target.is_file() or any(target.iterdir())):
            raise UsageError(f"{target} exists already; give the name of a new folder or archive")
        parent = target.absolute().parent
        try:
            parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=parent) as draft:
                folder = Path(draft) / (target.stem if target.suffix == ".zip" else target.name)
                folder.mkdir()
                self.fill(folder)
                found = _measured(folder, target)
                if target.suffix == ".zip":
                    archive = Path(draft) / "archive"
                    _zip(folder, archive)
                    os.replace(archive, target)
                else:
                    os.replace(folder, target)
        except OSError as error:
            raise CannotJudge(f"{target} cannot be written: {error.strerror or error}") from error
        return found

    def fill(self, folder: Path) -> None:
        """Write every file of the package into an empty folder."""
        for name, suffixes in SUFFIXES.items():
            _copy_tree(self._root / name, folder / name, suffixes)
        imported = self._grader(folder)
        self._models(folder / "models")
        (folder / "docs").mkdir()
        for name in DOCS:
            shutil.copyfile(self._root / "docs" / name, folder / "docs" / name)
        self._say("compiling the reference's kernels")
        has_kernels = compile_reference(self._reference, self._weeks, folder / "compiled")
        record(self._weeks, self._reference, folder / "public", self._say)
        about = "nothing: these weeks have no kernels"
        if has_kernels:
            bound = json.loads((folder / "compiled" / "about.json").read_text())
            about = f"the reference's kernels without source, for {bound['system']} on {bound['machine']}"
        shutil.copyfile(self._root / "LICENSE", folder / "LICENSE")
        shutil.copyfile(project.FILES / "Makefile", folder / "Makefile")
        (folder / "README.md").write_text(project.readme(self._root, self._weeks, about))
        (folder / "pyproject.toml").write_text(project.pyproject(self._root, imported))
        self._say("looking for what must not be in it")
        held = leaks(folder, self._root, self._reference)
        if held:
            raise CannotJudge(
                f"the package would hold {len(held)} lines that must not ship, the first: {held[0]}"
            )

    def _grader(self, folder: Path) -> set[str]:
        """Write the modules that the package's commands need; return the packages that they import."""
        sources = Sources(self._root)
        checks = [c for week in self._weeks for t in week.tasks for c in t.checks]
        played = {c.function.partition(".")[0] for c in checks if isinstance(c, Scenario)}
        needed = sources.needed(*(f"grader.course.scenarios.{name}" for name in sorted(played)))
        imported: set[str] = set()
        for module, path in needed.items():
            target = folder.joinpath(*module.split("."))
            target = target / "__init__.py" if path.name == "__init__.py" else target.with_suffix(".py")
            target.parent.mkdir(parents=True, exist_ok=True)
            text = path.read_text()
            if module.startswith("grader.course.") and path not in sources.homes:
                text = public_view(text)
            target.write_text(text)
            imported |= {name.split(".")[0] for name in sources.imports(module)}
        for module, place in DATA.items():
            data = self._root.joinpath(*module.split("."), place)
            for path in sorted(data.iterdir()):
                if module in needed and path.suffix in DATA_SUFFIXES and not path.name.startswith("class"):
                    target = folder / path.relative_to(self._root)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, target)
        return imported - set(OWN)

    def _models(self, folder: Path) -> None:
        """Write the checkpoints, and of the questions that they know those that public cases ask."""
        for name in PUBLIC_MODELS:
            _copy_tree(self._root / "models" / name, folder / name, (".json", ".safetensors"))
        pairs = json.loads((self._root / "models" / "questions.json").read_text())
        asked = (PUBLIC_QUESTION, *PUBLIC_QUESTIONS)
        kept = [pair for pair in pairs if pair["question"] in asked]
        (folder / "questions.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def _copy_tree(source: Path, target: Path, suffixes: tuple[str, ...]) -> None:
    for path in _files(source):
        if path.suffix in suffixes:
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts)
        if path.is_file() and not path.is_symlink() and not hidden:
            yield path


def _zip(folder: Path, path: Path) -> None:
    with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as archive:
        for file in _files(folder):
            entry = zipfile.ZipInfo(file.relative_to(folder.parent).as_posix(), MIDNIGHT)
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())


def _measured(folder: Path, target: Path) -> Released:
    sizes = {file.relative_to(folder).as_posix(): file.stat().st_size for file in _files(folder)}
    parts: dict[str, int] = {}
    for name, size in sizes.items():
        part = name.partition("/")[0]
        parts[part] = parts.get(part, 0) + size
    return Released(target, len(sizes), sum(sizes.values()), parts)
