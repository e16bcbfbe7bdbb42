"""Plants a canary, a string that stands nowhere else, in everything that must not reach a student, and looks for them.

`python -m tests.grader.release.canaries` makes a copy of the project with canaries in every function and docstring, as
comments and as constants, of the reference (its C++ and Metal too), the oracles, the input builders and the weeks, and
in every value that only a hidden case has; releases all of it as an archive; and searches every byte, members included.
"""

from __future__ import annotations

import ast
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
MARK = "c4n4ry"
COPIED = ("grader", "reference", "student", "kernels", "models", "docs", "pyproject.toml", "LICENSE")
WHOLE = (
    "reference/*.py",
    "grader/oracles/**/*.py",
    "grader/course/week*/*.py",
    "grader/course/inputs.py",
    "grader/course/kernel_inputs.py",
    "grader/course/scenarios/sampling.py",
    "grader/run/oracle_calls.py",
)
SIDES = "grader/course/scenarios/*.py"
RELEASE = """
import sys
from dataclasses import replace
from pathlib import Path
from grader import paths
from grader.course.catalog import COURSE
from grader.release.package import Package
wanted = sys.argv[2:]
weeks = [replace(w, tasks=tuple(t for t in w.tasks if not wanted or t.id in wanted)) for w in COURSE.weeks]
weeks = [w for w in weeks if w.tasks]
Package(weeks, paths.reference()).write(Path(sys.argv[1]))
"""


class Planter:
    """Hands out canaries, each once."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self.planted = 0

    def new(self) -> str:
        """Return a canary."""
        self.planted += 1
        return f"{MARK}{next(self._numbers):06d}"

    def constant(self) -> ast.Constant:
        """Return a canary as an expression."""
        return ast.Constant(self.new())

    def beside(self, value: ast.expr) -> ast.expr:
        """Return an expression with a canary in it that comes to `value`."""
        pair = ast.Tuple([self.constant(), value], ast.Load())
        return ast.Subscript(pair, ast.Constant(1), ast.Load())


class Everywhere(ast.NodeTransformer):
    """Plants in every function and class: docstring, body, constant; and in the axes of every hidden grid."""

    def __init__(self, planter: Planter) -> None:
        self._planter = planter

    def _body(self, node):
        self.generic_visit(node)
        text = ast.get_docstring(node) or ""
        rest = node.body[1:] if text else node.body
        head = ast.Expr(ast.Constant(f"{text}\n{self._planter.new()}"))
        late = [s for s in rest if isinstance(s, ast.ImportFrom) and s.module == "__future__"]
        rest = [s for s in rest if s not in late]
        name = ast.Name("_" + self._planter.new(), ast.Store())
        node.body = [head, *late, ast.Assign([name], self._planter.constant()), *rest]
        return node

    visit_Module = visit_FunctionDef = _body

    def visit_ClassDef(self, node):
        self.generic_visit(node)
        text = ast.get_docstring(node) or ""
        head = ast.Expr(ast.Constant(f"{text}\n{self._planter.new()}"))
        node.body = [head, *(node.body[1:] if text else node.body)]
        return node

    def visit_Call(self, node):
        self.generic_visit(node)
        for keyword in node.keywords:
            if keyword.arg == "hidden":
                for call in ast.walk(keyword.value):
                    if isinstance(call, ast.Call) and ast.unparse(call.func) == "grid":
                        axis = ast.List([self._planter.constant()], ast.Load())
                        call.keywords.append(ast.keyword("canary", axis))
                    elif isinstance(call, ast.Dict):
                        call.keys.append(ast.Constant("canary"))
                        call.values.append(self._planter.constant())
        return node


class HiddenSides(ast.NodeTransformer):
    """Plants in what a scenario does or takes only where hidden cases count."""

    def __init__(self, planter: Planter) -> None:
        self._planter = planter

    def visit_IfExp(self, node):
        self.generic_visit(node)
        test = ast.unparse(node.test)
        if test in ("public", "bench.public"):
            node.orelse = self._planter.beside(node.orelse)
        elif test == "bench.include_hidden":
            node.body = self._planter.beside(node.body)
        return node

    def visit_If(self, node):
        self.generic_visit(node)
        if ast.unparse(node.test) in ("not public", "not bench.public", "bench.include_hidden"):
            node.body.insert(0, ast.Expr(self._planter.constant()))
        return node

    def visit_Call(self, node):
        self.generic_visit(node)
        for keyword in node.keywords:
            if keyword.arg == "hidden":
                keyword.value = self._planter.beside(keyword.value)
        return node

    def visit_Assign(self, node):
        self.generic_visit(node)
        if ast.unparse(node.targets[0]) in ("hidden", "HIDDEN"):
            node.value = self._planter.beside(node.value)
        return node


def copy_with_canaries(target: Path) -> int:
    """Copy the project and plant; return how many canaries there are."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target / name)
    planter = Planter()
    for pattern in WHOLE:
        for path in sorted(target.glob(pattern)):
            _plant(path, Everywhere(planter))
            path.write_text(f"# {planter.new()}\n{path.read_text()}")
    for path in sorted(target.glob(SIDES)):
        _plant(path, HiddenSides(planter))
    for path in sorted((target / "reference" / "kernels").iterdir()):
        _plant_kernel(path, planter)
    for name in (".grader/secret-seed", "tests/mutants/one.py", "reports/ada.json"):
        path = target / name
        path.parent.mkdir(parents=True)
        path.write_text(planter.new())
    return planter.planted


def _plant(path: Path, transformer: ast.NodeTransformer) -> None:
    tree = transformer.visit(ast.parse(path.read_text()))
    path.write_text(ast.unparse(ast.fix_missing_locations(tree)) + "\n")


def _plant_kernel(path: Path, planter: Planter) -> None:
    """Plant comments, and in C++ a function and a macro that the compiler may not leave out of its tables."""
    comment, name, macro = planter.new(), planter.new(), planter.new()
    text = f"// {comment}\n{path.read_text()}\n// {planter.new()}\n"
    if path.suffix == ".cpp":
        text += f"#define {macro} 7\n"
        text += f"namespace {{ __attribute__((used)) int {name}(int x) {{ return x + {macro}; }} }}\n"
    path.write_text(text)


def release(root: Path, target: Path, *tasks: str) -> None:
    """Release the copy of the project at `root`, all of it or some tasks."""
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("GRADER_REFERENCE", None)
    done = subprocess.run(
        [sys.executable, "-c", RELEASE, str(target), *tasks],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def found(package: Path) -> list[str]:
    """Return every canary in the bytes of a package, in any case, in compressed members too, as "place: canary"."""
    files = [package] if package.is_file() else sorted(p for p in package.rglob("*") if p.is_file())
    return [hit for path in files for hit in _in(path.name, path.read_bytes())]


def _in(name: str, data: bytes) -> list[str]:
    low, mark = data.lower(), MARK.encode()
    hits, at = [], low.find(mark)
    while at >= 0:
        hits.append(f"{name}: {low[at : at + len(mark) + 6].decode(errors='replace')}")
        at = low.find(mark, at + 1)
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                hits += [f"{name}: {member}"] if MARK in member.lower() else []
                hits += _in(f"{name}/{member}", archive.read(member))
    return hits


def main() -> int:
    """Release everything with canaries as an archive, and search it."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="grader-canaries-") as name:
        root, archive = Path(name) / "project", Path(name) / "package.zip"
        planted = copy_with_canaries(root)
        release(root, archive)
        hits = found(archive)
        size = archive.stat().st_size
    seconds = time.perf_counter() - started
    print(f"{planted} canaries planted, {len(hits)} found in {size:,} bytes; {seconds:.0f} s")
    for hit in hits[:20]:
        print(f"  {hit}")
    return 1 if hits else 0


if __name__ == "__main__":
    sys.exit(main())
