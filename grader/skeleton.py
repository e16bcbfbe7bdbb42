"""The skeleton that students start from: the reference with the bodies of what they are to write taken out.

Knows nothing about what the functions compute. It works on lines of source at the positions that `ast` gives,
so that everything outside the blanked bodies, comments and formatting included, stays as in the reference.

`python -m grader.skeleton` writes `student/`; a file there that somebody has worked on is not overwritten.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.course.model import Week
from grader.course.week1 import WEEK as WEEK1
from grader.course.week2 import WEEK as WEEK2
from grader.errors import UsageError

LINE_LENGTH = 110
LEFT_OUT = ("ladder.py",)  # files of the reference that are no part of the course
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_Import = ast.Import | ast.ImportFrom


def blank(source: str, names: Mapping[str, str]) -> str:
    """Replace the bodies of functions and classes by `raise NotImplementedError`.

    Docstrings, signatures, decorators and the layout of classes stay. What only the solution needs goes:
    private functions (of the module, and of a blanked class) and imports that nothing uses any more.

    Args:
        source: The text of a module.
        names: Name of a function or class of the module -> id of the task that asks for it.

    Returns:
        The text of the module, blanked.

    Raises:
        ValueError: A name is not defined in the module.
        SyntaxError: The module cannot be parsed.
    """
    tree = ast.parse(source)
    nodes = {n.name: n for n in tree.body if isinstance(n, (*_FUNCTIONS, ast.ClassDef))}
    for name in names:
        if name not in nodes:
            raise ValueError(f"the module defines no function or class {name!r}, only {', '.join(nodes)}")
    lines = source.splitlines()
    for node in reversed(list(nodes.values())):  # from the end, so that the positions before it stay right
        task = names.get(node.name)
        if task is None:
            continue
        if isinstance(node, ast.ClassDef):
            _blank_class(lines, node, task)
        else:
            _blank_body(lines, node, f"task {task}: implement {node.name}")
    return _without_leftovers("\n".join(lines) + "\n", tree, set(names))


def generate(reference: Path, target: Path, blanks: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return the files of the skeleton; write nothing.

    Args:
        reference: The folder of the reference.
        target: The folder that the skeleton is for: in texts, `python -m <reference>` becomes
            `python -m <target>`.
        blanks: File name -> name -> id of the task. A file that is not named here is copied whole.

    Returns:
        File name -> text, for every Python file of the reference.

    Raises:
        ValueError: `blanks` names a file that the reference has not, or a name that the file has not.
    """
    files = [path for path in sorted(reference.glob("*.py")) if path.name not in LEFT_OUT]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    for file, names in blanks.items():
        if file not in texts:
            raise ValueError(f"the reference has no file {file!r}, only {', '.join(texts)}")
        try:
            texts[file] = blank(texts[file], names)
        except ValueError as error:
            raise ValueError(f"{file}: {error}") from error
    command = f"python -m {reference.resolve().name}"
    return {file: text.replace(command, f"python -m {target.resolve().name}") for file, text in texts.items()}


def blanks_of(*weeks: Week) -> dict[str, dict[str, str]]:
    """Return what weeks ask for, in the form that `generate` takes.

    Args:
        weeks: Their tasks have `blanks` such as `("basics.softmax",)`; a name that two tasks list belongs to the
            first.
    """
    blanks: dict[str, dict[str, str]] = {}
    for task in (task for week in weeks for task in week.tasks):
        for target in task.blanks:
            module, _, name = target.partition(".")
            blanks.setdefault(f"{module}.py", {}).setdefault(name, task.id)
    return blanks


def write(texts: Mapping[str, str], target: Path, force: bool = False) -> list[str]:
    """Write the files of a skeleton.

    Args:
        texts: File name -> text.
        target: The folder, made if it is not there.
        force: Overwrite files that differ.

    Returns:
        The names of the files that were written: those that were not there, or differed.

    Raises:
        UsageError: A file in `target` differs and `force` is not set; then nothing is written.
    """
    stale = [f for f, text in texts.items() if not _holds(target / f, text)]
    worked_on = [f for f in stale if (target / f).exists()]
    if worked_on and not force:
        raise UsageError(f"{target} has work in {', '.join(worked_on)}: give --force to overwrite it")
    target.mkdir(parents=True, exist_ok=True)
    for file in stale:
        (target / file).write_text(texts[file], encoding="utf-8")
    return stale


def main(argv: list[str] | None = None) -> int:
    """Write the skeleton.

    Returns:
        0 when `student/` holds the skeleton, 2 if that would overwrite work.
    """
    root = Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(prog="python -m grader.skeleton", description="Write the skeleton.")
    parser.add_argument("--reference", type=Path, default=root / "reference", help="where the solution lies")
    parser.add_argument("--target", type=Path, default=root / "student", help="the folder to write")
    parser.add_argument("--force", action="store_true", help="overwrite files that differ")
    options = parser.parse_args(argv)
    try:
        texts = generate(options.reference, options.target, blanks_of(WEEK1, WEEK2))
        written = write(texts, options.target, force=options.force)
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    print(f"{options.target}: {len(written)} of {len(texts)} files written")
    return 0


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def _blank_class(lines: list[str], node: ast.ClassDef, task: str) -> None:
    """Blank the methods of a class, nested classes included, and remove its private methods."""
    for item in reversed(node.body):
        if isinstance(item, ast.ClassDef):
            _blank_class(lines, item, task)
        elif isinstance(item, _FUNCTIONS):
            if _is_private(item.name):
                _remove(lines, item)
            else:
                _blank_body(lines, item, f"task {task}: implement {node.name}.{item.name}")


def _blank_body(lines: list[str], node: ast.FunctionDef | ast.AsyncFunctionDef, message: str) -> None:
    """Replace what follows the docstring, up to and including comments at the end of the body."""
    statements = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    if not statements:  # a docstring alone has nothing to hide
        return
    indent = " " * (node.col_offset + 4)
    end = _end_with_comments(lines, node)
    first = statements[0]
    before = lines[first.lineno - 1].encode()[: first.col_offset].decode()
    raised = f'{indent}raise NotImplementedError("{message}")'
    if before.strip():  # `def f(x): return x`
        lines[first.lineno - 1 : end] = [before.rstrip(), raised]
        return
    start = first.lineno - 1
    while not lines[start - 1].strip() or lines[start - 1].lstrip().startswith("#"):
        start -= 1
    lines[start:end] = [raised]


def _end_with_comments(lines: list[str], node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the number of the body's last line, counting comments below the last statement."""
    end = node.end_lineno or node.lineno
    for number in range(end + 1, len(lines) + 1):
        line = lines[number - 1]
        indented = len(line) - len(line.lstrip()) > node.col_offset
        if line.strip() and not (line.lstrip().startswith("#") and indented):
            break
        if line.strip():
            end = number
    return end


def _without_leftovers(source: str, original: ast.Module, blanked: set[str]) -> str:
    """Remove private functions, private classes and imports that the original used and the blanked source does not."""
    used_before = _names_used(original)
    while True:
        tree = ast.parse(source)
        used = _names_used(tree)
        lines = source.splitlines()
        for node in reversed(tree.body):
            if isinstance(node, (*_FUNCTIONS, ast.ClassDef)) and _is_private(node.name):
                if node.name not in used | blanked:
                    _remove(lines, node)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                _prune_import(lines, node, used, used_before)
        pruned = "\n".join(lines) + "\n"
        if pruned == source:
            return source
        source = pruned


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def _names_used(tree: ast.Module) -> set[str]:
    """Return every name that is read anywhere, in annotations given as strings and in `__all__`, too."""
    used: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            used.add(node.id)
        elif isinstance(node, ast.Assign) and any(_is_all(t) for t in node.targets):
            used.update(str(c.value) for c in ast.walk(node.value) if isinstance(c, ast.Constant))
        for annotation in _annotations(node):
            for part in ast.walk(annotation):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    quoted = ast.parse(part.value, mode="eval")
                    used.update(n.id for n in ast.walk(quoted) if isinstance(n, ast.Name))
    return used


def _is_all(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == "__all__"


def _annotations(node: ast.AST) -> Iterator[ast.expr]:
    for field in ("annotation", "returns"):
        annotation = getattr(node, field, None)
        if annotation is not None:
            yield annotation


def _prune_import(lines: list[str], node: _Import, used: set[str], used_before: set[str]) -> None:
    """Keep of an import what is used, and what the original did not use either: it is there on purpose."""
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        return
    bound = {alias: (alias.asname or alias.name).partition(".")[0] for alias in node.names}
    kept = [alias for alias, name in bound.items() if name in used or name not in used_before]
    if len(kept) == len(node.names):
        return
    if not kept:
        _remove(lines, node)
        return
    lines[node.lineno - 1 : node.end_lineno] = _import_lines(node, [ast.unparse(alias) for alias in kept])


def _import_lines(node: _Import, names: list[str]) -> list[str]:
    """Write an import as a formatter would."""
    if isinstance(node, ast.Import):
        return [f"import {', '.join(names)}"]
    head = f"from {'.' * node.level}{node.module or ''} import "
    line = head + ", ".join(names)
    return [line] if len(line) <= LINE_LENGTH else [f"{head}(", *(f"    {name}," for name in names), ")"]


def _remove(lines: list[str], node: ast.stmt) -> None:
    """Remove a statement, its decorators and the comment right above; of the gaps keep the larger one."""
    decorators = getattr(node, "decorator_list", [])
    start = min([node.lineno, *(d.lineno for d in decorators)]) - 1
    end = _end_with_comments(lines, node) if isinstance(node, _FUNCTIONS) else node.end_lineno or node.lineno
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    above = start
    while above > 0 and not lines[above - 1].strip():
        above -= 1
    below = end
    while below < len(lines) and not lines[below].strip():
        below += 1
    gap = 0 if below == len(lines) else max(start - above, below - end)
    lines[above:below] = [""] * gap


if __name__ == "__main__":
    sys.exit(main())
