"""The corpus that the grader is graded with: one Python file per mutant, variation or attack, read as data.

A file starts with a sentence (its docstring) and assigns literals; it is parsed, never run:

    FAILS    mutants: the checks that have to FAIL, "1.4.1 norm-eps"; every other one has to pass or be SKIPPED;
             variations: the checks of speed that a right and slow one has to fail;
             attacks: the checks that it aims at, if the rest of it is right
    HINTS    mutants: {check: beginning of the hint that has to be proved}
    BASE     "reference" (default) or "student", the skeleton (default for attacks); or kernels of `tests/bases`,
             "matmul" or "matmul+attention", in place of the reference's
    TASKS    the tasks that are graded: what has one kernel alone is not asked for the other. By default all, but for
             mutants and variations those on the GPU, which cost a simulation each
    CHANGES  [(file, old text, new text)]: the old text has to occur exactly once
    APPEND   {file: text}: added at the end, so that a definition replaces an earlier one
    FILES    {file: text}: written as they are
    REMOVE   [file]
    LAYOUT   where the package lies in the submission: "student" (default), "tiny_llm", "src/tiny_llm", "."
    LEAKS    attacks: strings that must not occur in anything that a student sees
    KINDS    attacks: {check: kind of the message that has to come out}
"""

from __future__ import annotations

import ast
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GROUPS = ("mutants", "variations", "attacks")
FIELDS = (
    "FAILS",
    "HINTS",
    "BASE",
    "CHANGES",
    "APPEND",
    "FILES",
    "REMOVE",
    "LAYOUT",
    "LEAKS",
    "KINDS",
    "WEEK",
    "TASKS",
)
PACKAGES = ("reference", "student")
KEPT = (".py", ".cpp", ".h", ".metal")


@dataclass(frozen=True)
class Specimen:
    """One file of the corpus."""

    name: str
    group: str
    sentence: str
    base: str = "reference"
    fails: tuple[str, ...] = ()
    hints: dict[str, str] = field(default_factory=dict)
    changes: tuple[tuple[str, str, str], ...] = ()
    append: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    layout: str = "student"
    leaks: tuple[str, ...] = ()
    kinds: dict[str, str] = field(default_factory=dict)
    week: int = 1
    tasks: tuple[str, ...] = ()


def read(path: Path) -> Specimen:
    """Read one file.

    Raises:
        ValueError: it is not of the form that the module's docstring describes.
    """
    tree = ast.parse(path.read_text(), str(path))
    sentence = ast.get_docstring(tree)
    if not sentence:
        raise ValueError(f"{path.name} has no docstring")
    found: dict[str, Any] = {}
    for node in tree.body[1:]:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            raise ValueError(f"{path.name}:{node.lineno} is not an assignment of a literal")
        name = node.targets[0].id
        if name not in FIELDS:
            raise ValueError(f"{path.name}:{node.lineno} assigns {name}, known are {', '.join(FIELDS)}")
        found[name.lower()] = ast.literal_eval(node.value)
    group = path.parent.name
    found.setdefault("base", "student" if group == "attacks" else "reference")
    for name in ("fails", "changes", "remove", "leaks", "tasks"):
        found[name] = tuple(found.get(name, ()))
    return Specimen(path.stem, group, sentence.splitlines()[0], **found)


def load(folder: Path, group: str, week: int) -> list[Specimen]:
    """Return the specimens of a group for a week, by name."""
    specimens = [read(path) for path in sorted((folder / group).glob("*.py"))]
    return [s for s in specimens if s.week == week]


def build(specimen: Specimen, project: Path, target: Path) -> Path:
    """Write the submission of a specimen into `target` and return its root.

    Raises:
        ValueError: a change does not fit the base any more.
    """
    package = target if specimen.layout == "." else target / specimen.layout
    _copy_base(specimen.base, project, package)
    for name, old, new in specimen.changes:
        text = (package / name).read_text()
        if text.count(old) != 1:
            raise ValueError(f"{specimen.name}: {old!r} occurs {text.count(old)} times in {name}, not once")
        (package / name).write_text(text.replace(old, new))
    for name, text in specimen.append.items():
        with (package / name).open("a") as stream:
            stream.write("\n\n" + text)
    for name, text in specimen.files.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name in specimen.remove:
        (package / name).unlink()
    return target


def _copy_base(base: str, project: Path, package: Path) -> None:
    """Copy a package; kernels of `tests/bases` come with the reference's Python and the skeleton's headers."""
    if base in PACKAGES:
        shutil.copytree(project / base, package, ignore=_only_sources, dirs_exist_ok=True)
        return
    shutil.copytree(project / "reference", package, ignore=_no_kernels, dirs_exist_ok=True)
    for name in base.split("+"):
        folder = project / "tests" / "bases" / name
        if not folder.is_dir():
            raise ValueError(f"there is no base {name!r} in tests/bases")
        shutil.copytree(folder, package, dirs_exist_ok=True)
    for source in (package / "kernels").glob("*.cpp"):
        shutil.copy(project / "student" / "kernels" / f"{source.stem}.h", package / "kernels")


def _no_kernels(folder: str, names: list[str]) -> set[str]:
    return _only_sources(folder, names) | ({"kernels"} & set(names))


def _only_sources(folder: str, names: list[str]) -> set[str]:
    return {n for n in names if n == "__pycache__" or ("." in n and not n.endswith(KEPT))}
