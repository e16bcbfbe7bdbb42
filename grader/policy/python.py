"""The findings in a package's Python text."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from .names import Scope, collect, statements
from .package import Module, Package, imported
from .reach import Reached, Use, computed, reach
from .rules import Forbids, Found, Name, Pair

MAX_FOUND = 40  # of one task

# What can call anything without naming it: never certain, and for staff to read.
INDIRECT = {
    "builtins.eval": "runs text as code",
    "builtins.exec": "runs text as code",
    "builtins.compile": "makes code of text",
    "builtins.__import__(...)": "imports a module whose name is computed",
    "importlib.import_module(...)": "imports a module whose name is computed",
    "importlib.__import__(...)": "imports a module whose name is computed",
    "importlib.reload": "loads a module again",
    "importlib.machinery.ExtensionFileLoader": "loads a compiled module by hand",
    "importlib.util.spec_from_file_location": "loads a module by its path",
    "ctypes": "calls compiled code by address",
    "_ctypes": "calls compiled code by address",
    "gc": "can find any object of the process",
    "sys.modules": "reads or changes the table of modules",
    "sys.meta_path": "changes how modules are found",
    "sys._getframe": "reads other functions' variables",
    "marshal": "makes code of bytes",
    "pickle": "makes objects of bytes",
    "types.CodeType": "makes code by hand",
    "types.FunctionType": "makes functions by hand",
}


def look(files: Mapping[str, bytes], package: str, target: str, forbids: Forbids) -> list[Found]:
    """Return what a task's targets do, or may do, that the task forbids; certain findings first.

    Args:
        files: content by path below the snapshot.
        package: the package's name, which is its folder's name there.
        target: the task's main target, below the package: "quantize.quantized_matmul".
        forbids: what the task forbids.
    """
    whole = Package(files, package)
    found = [
        Found(file, 0, "", False, f"{why}: whether it uses what the task forbids was not looked at")
        for file, why in whole.problems
    ]
    collect(whole)
    reached = reach(whole, [target, *forbids.reached_from])
    if not reached.complete:
        found.append(Found(target, 0, "", False, "reaches more code than was read"))
    found += _named(reached, forbids.names)
    for pair in forbids.pairs:
        found += _paired(reached, pair)
    if forbids.scores:
        uses = (u for u in reached.uses if u.name == "softmax(@)")
        found += [
            Found(u.file, u.line, "softmax", u.strong, f"softmax of a product: {forbids.scores}")
            for u in uses
        ]
    found += _indirect(whole, reached)
    found += _imports(whole, forbids.names)
    return _distinct(found)


def _named(reached: Reached, names: Iterable[Name]) -> Iterator[Found]:
    for use in reached.uses:
        for rule in names:
            if means(use.name, rule.name):
                sentence = f"uses {shown(use.name)}: {rule.reason}"
                yield Found(use.file, use.line, shown(use.name), rule.certain and use.strong, sentence)


def _paired(reached: Reached, pair: Pair) -> Iterator[Found]:
    first = [u for u in reached.uses if any(means(u.name, n) for n in pair.first)]
    then = [u for u in reached.uses if any(u.name == n or means(u.name, n) for n in pair.then)]
    certain = any(u.strong for u in then)
    for use in first:
        after = next((f", then {shown(u.name)} at {u.file}:{u.line}" for u in then), "")
        sentence = f"uses {shown(use.name)}{after}: {pair.reason}"
        yield Found(use.file, use.line, shown(use.name), use.strong and certain, sentence)


def _indirect(package: Package, reached: Reached) -> Iterator[Found]:
    for use in (*reached.uses, *_at_import(package, reached.files)):
        reason = next(
            (r for name, r in INDIRECT.items() if use.name == name or use.name.startswith(name + ".")), ""
        )
        if use.name.startswith("getattr("):
            reason = "looks a name up that is computed"
        if reason:
            yield Found(use.file, use.line, shown(use.name), False, f"{shown(use.name)} {reason}")


def _at_import(package: Package, files: set[str]) -> Iterator[Use]:
    """Yield what the files name when they are imported."""
    for module in package.modules.values():
        if module.file not in files:
            continue
        scope = Scope(package, module)
        for node in statements(list(module.tree.body)):
            if isinstance(node, ast.Call | ast.Attribute):
                name = computed(node, scope) or scope.dotted(
                    node.func if isinstance(node, ast.Call) else node
                )
                if name:
                    yield Use(name, module.file, node.lineno, False)


def _imports(package: Package, names: Iterable[Name]) -> Iterator[Found]:
    """Yield the imports that are reported wherever they stand."""
    rules = [rule for rule in names if rule.anywhere]
    for module in package.modules.values():
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            for dotted in _modules(package, module, node):
                for rule in rules:
                    if means(dotted, rule.name):
                        yield Found(
                            module.file, node.lineno, dotted, False, f"imports {dotted}: {rule.reason}"
                        )


def _modules(package: Package, module: Module, node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [package.own(alias.name) or alias.name for alias in node.names]
    return [dotted for _, dotted in imported(package, module, node)]


def means(used: str, forbidden: str) -> bool:
    """Return whether a used name is a forbidden one, below it, or the same thing by another path through MLX."""
    if used == forbidden or used.startswith(forbidden + "."):
        return True
    if not (used.startswith("mlx.") and forbidden.startswith("mlx.")):
        return False
    parts, tail = used.split("."), forbidden.split(".")[2:]  # without mlx.core or mlx.nn
    return any(parts[i : i + len(tail)] == tail for i in range(1, len(parts) - len(tail) + 1))


def shown(name: str) -> str:
    """Return a dotted name as the course writes it."""
    for full, short in (("mlx.core", "mx"), ("mlx.nn", "nn"), ("numpy", "np"), ("builtins.", "")):
        name = name.replace(full, short, 1) if name.startswith(full) else name
    return name


def _distinct(found: list[Found]) -> list[Found]:
    """Return the findings without those that say less about the same place, certain ones first."""
    best: dict[tuple[str, int, str], Found] = {}
    for f in found:
        key = (f.file, f.line, f.name)
        if key not in best or (f.certain and not best[key].certain):
            best[key] = f
    return sorted(best.values(), key=lambda f: (not f.certain, f.file, f.line, f.name))[:MAX_FOUND]
