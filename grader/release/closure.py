"""Which of the grader's modules a student's package needs: those that its commands import, and no part with answers.

Reads syntax trees; executes nothing. A module that must not ship and is needed ends the release: so a new import
somewhere in the grader cannot carry an answer out.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.errors import CannotJudge

STARTS = (
    "grader.__main__",
    "grader.cli.app",
    "grader.participants.__main__",  # started by name
)
WHOLE = ("grader.worker", "grader.policy")  # parts whose modules are started by name
# imported where a gate runs; there is none in a student's course
ABSENT = (
    "grader.run.speed",
    "grader.run.growth",
    "grader.run.memory",
    "grader.run.batches",
    "grader.store.history",
)
SECRET = re.compile(
    r"(grader\.(oracles|validation|classroom|course\.(inputs|kernel_inputs|week\d+)|run\.oracle_calls|release\.record)"
    r"|reference|tests|torch|transformers)(\.|$)"
)
MAY_USE_TORCH = "grader.participants.torch_side"  # which measures torch itself, where there is one
HOMES = {"grader/release/home": "grader", "grader/cli/home": "grader/cli"}


class Sources:
    """The grader's files as they lie in a student's package: those of a `home` in place of others.

    Args:
        root: of the project.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        homes = {m: p for home, part in HOMES.items() for m, p in _modules(root / home, part)}
        every = dict(_modules(root / "grader", "grader"))
        empty = [m for m, p in homes.items() if p.name == "__init__.py" and m != "grader.store"]
        self.files: Mapping[str, Path] = {**every, **{m: p for m, p in homes.items() if m not in empty}}
        self.homes = frozenset(self.files[m] for m in homes if m not in empty)

    def needed(self, *starts: str) -> dict[str, Path]:
        """Return the modules that are loaded when `starts` are, with their packages, by name.

        Raises:
            CannotJudge: one of them must not ship.
        """
        whole = [m for m in self.files if m.startswith(tuple(f"{part}." for part in WHOLE))]
        found: dict[str, Path] = {}
        rest = [(name, "the package") for name in (*STARTS, *starts, *whole)]
        while rest:
            name, user = rest.pop()
            if SECRET.match(name) and user != MAY_USE_TORCH:
                raise CannotJudge(f"{user} imports {name}, which must not be in a student's package")
            if name in found or name not in self.files or name in ABSENT:
                continue
            found[name] = self.files[name]
            parent = name.rpartition(".")[0]
            rest += [(imported, name) for imported in (parent, *self.imports(name))]
        return dict(sorted(found.items()))

    def imports(self, module: str) -> set[str]:
        """Return what a module imports anywhere in it, but for the type checker, as dotted names."""
        tree = ast.parse(self.files[module].read_bytes())
        return {
            name for name in self._imports(module, tree) if name.split(".")[0] not in sys.stdlib_module_names
        }

    def _imports(self, module: str, node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                is_package = self.files[module].name == "__init__.py"
                parts = module.split(".")
                base = ".".join(
                    [*parts[: len(parts) - node.level + is_package], *filter(None, [node.module])]
                )
            yield base
            yield from (f"{base}.{a.name}" for a in node.names if f"{base}.{a.name}" in self.files)
        for child in ast.iter_child_nodes(node):
            yield from self._imports(module, child)


def _modules(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*.py")):
        if "__pycache__" not in path.parts and "home" not in path.relative_to(folder).parts:
            parts = [*name.split("/"), *path.relative_to(folder).with_suffix("").parts]
            yield ".".join(parts).removesuffix(".__init__"), path
