"""The form that keeps the project readable: docstrings, lengths, and nothing that belongs to one machine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from sources import FOREIGN, ROOT, modules, tree

FILE_LINES, DATA_LINES, FUNCTION_LINES = 300, 400, 60
# files and functions that are longer, each with its reason
LONG_FILES = {
    "grader.result": "one file is what reports, exports and the store may know",
    "grader.run.runner": "the order of a run in one place",
    "grader.worker.client": "the whole trusted side of a worker's life",
}
LONG_FUNCTIONS: dict[str, str] = {}
HOSTILE = ("tests", "attacks")  # they try the places where secrets lie, the home of root among them
TEXT = {".py", ".md", ".toml", ".json", ".html", ".css", ".js", ".sh", ".sb", ".cjs", ".txt", ""}


def _functions(node: ast.AST, stem: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield f"{stem}.{child.name}", child
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield from _functions(child, f"{stem}.{child.name}")


def _public(node: ast.AST, stem: str) -> Iterator[tuple[str, ast.AST]]:
    """Yield classes, functions and methods whose names have no underscore, on the way down to them either."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and child.name[0] != "_":
            yield f"{stem}.{child.name}", child
            if isinstance(child, ast.ClassDef):
                yield from _public(child, f"{stem}.{child.name}")


def test_everything_public_has_a_docstring():
    """Modules, classes, functions and methods say what they are; a mistake's hint is its docstring."""
    ours = [m for m in modules() if m.startswith(("grader", "reference"))]
    bare = {m for m in ours if not ast.get_docstring(tree(m))}
    bare |= {
        name
        for m in ours
        for name, node in _public(tree(m), m)
        if not ast.get_docstring(node)
        and not (
            isinstance(node, ast.FunctionDef) and "mistake(" in "".join(map(ast.unparse, node.decorator_list))
        )
    }
    assert len(ours) > 100
    assert bare == set()


def test_files_and_functions_stay_short():
    """Files: 300 lines, course data and tests 400; functions: 60; the exceptions are exactly those with a reason."""
    lengths = {m: len(path.read_text().splitlines()) for m, path in modules().items()}
    limits = {m: DATA_LINES if m.startswith(("tests", "grader.course")) else FILE_LINES for m in lengths}
    assert {m for m in lengths if lengths[m] > limits[m]} == set(LONG_FILES)
    long = {
        name
        for m in modules()
        for name, f in _functions(tree(m), m)
        if (f.end_lineno or 0) - f.lineno >= FUNCTION_LINES
    }
    assert long == set(LONG_FUNCTIONS)


def test_no_file_is_called_after_nothing():
    """A reader finds a thing by its name, so no file is a drawer."""
    drawers = {"utils", "util", "helpers", "helper", "common", "base", "misc"}
    assert {m for m in modules() if drawers & set(m.split("."))} == set()


def _texts() -> Iterator[Path]:
    folders = [
        ROOT / name for name in ("grader", "reference", "student", "models", "tests", "docs", "reports")
    ]
    yield from (p for p in ROOT.iterdir() if p.is_file() and p.suffix in TEXT and p.name != ".git")
    for folder in folders:
        yield from (
            p for p in folder.rglob("*") if p.is_file() and p.suffix in TEXT and not FOREIGN & set(p.parts)
        )


def test_no_file_names_a_place_on_the_machine_it_was_written_on():
    """Neither the project's folder nor the user's home stands in any text."""
    places = {ROOT, Path.home()} - {Path("/")}
    pattern = re.compile("|".join(rf"(?<![\w/]){re.escape(str(p))}(?![\w-])" for p in places))
    texts = {p.relative_to(ROOT): p.read_text(errors="replace") for p in _texts()}
    named = {str(p) for p, text in texts.items() if p.parts[:2] != HOSTILE and pattern.search(text)}
    assert named == set()
