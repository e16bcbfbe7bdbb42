"""The project's own Python files as syntax trees, and who imports what. Nothing here is executed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("grader", "reference", "student", "models", "tests")
FOREIGN = {"node_modules", "__pycache__"}


@cache
def modules() -> dict[str, Path]:
    """Return every module of the project by its dotted name."""
    files = [p for part in PARTS for p in sorted((ROOT / part).rglob("*.py")) if not FOREIGN & set(p.parts)]
    return {".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): p for p in files}


@cache
def tree(module: str) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(modules()[module].read_text(), module)


@cache
def imports(module: str) -> frozenset[str]:
    """Return what a module imports, anywhere in it, as dotted names, but for the type checker."""
    return frozenset(_imports(module, tree(module)))


def _imports(module: str, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = _absolute(module, node)
        yield base
        yield from (f"{base}.{a.name}" for a in node.names if f"{base}.{a.name}" in modules())
    elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return
    for child in ast.iter_child_nodes(node):
        yield from _imports(module, child)


def _absolute(module: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    is_package = modules()[module].name == "__init__.py"
    parts = module.split(".")[: None if is_package and node.level == 1 else is_package - node.level]
    return ".".join([*parts, *([node.module] if node.module else [])])


def closure(*starts: str) -> set[str]:
    """Return the project's modules that are loaded when `starts` are."""
    found, rest = set(), list(starts)
    while rest:
        module = rest.pop()
        if module not in found:
            found.add(module)
            rest += [name for name in imports(module) if name in modules()]
    return found
