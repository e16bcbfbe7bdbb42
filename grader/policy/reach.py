"""What a target reaches: the functions, classes and values of the package that it names, and what those name.

A name that is written out makes a strong edge. A method that is called on an object of which nothing is known makes a
weak one to every method of that name: what lies behind is doubtful. Annotations, `isinstance` and code for type
checkers do nothing and are passed over.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from .names import Scope
from .package import Module, Package

MAX_NODES = 200_000  # looked at in one pass
SOFTMAX = ("softmax",)
DENSE = ("matmul", "addmm", "einsum", "tensordot", "inner", "dot", "block_masked_mm", "gather_mm")
_IGNORED_CALLS = ("builtins.isinstance", "builtins.issubclass", "typing.cast")


@dataclass(frozen=True)
class Use:
    """A name that reached code uses."""

    name: str  # dotted; "@" for the operator of products; "softmax(@)" for a softmax over a product
    file: str
    line: int
    strong: bool


@dataclass
class Reached:
    """Everything that a target reaches."""

    uses: list[Use] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    complete: bool = True


def reach(package: Package, targets: list[str]) -> Reached:
    """Return what the targets ("quantize.quantized_matmul", below the package) reach; `collect` comes before.

    Returns:
        The uses in the order in which they are reached, strong ones first.
    """
    return _Walk(package).run([f"@{package.name}.{target}" for target in targets])


class _Walk:
    def __init__(self, package: Package) -> None:
        self._package = package
        self._methods = _methods(package)
        self._found = Reached()
        self._count = 0
        self._seen: dict[int, bool] = {}  # id of a definition -> whether it was reached strongly
        self._weak: deque[tuple[Module, ast.AST]] = deque()
        self._strong: deque[tuple[Module, ast.AST]] = deque()

    def run(self, targets: list[str]) -> Reached:
        for target in targets:
            self._name(self._package.canonical(target), "", 0, True, target)
        while self._strong or self._weak:
            strong = bool(self._strong)
            module, node = self._strong.popleft() if strong else self._weak.popleft()
            if id(node) in self._seen:
                continue
            self._seen[id(node)] = strong
            self._found.files.add(module.file)
            _Reader(self, module, strong).visit_definition(node)
            if self._count > MAX_NODES:
                self._found.complete = False
                break
        return self._found

    def count(self) -> bool:
        """Count one node; return whether there is room for more."""
        self._count += 1
        return self._count <= MAX_NODES

    def use(self, name: str, module: Module, line: int, strong: bool) -> None:
        """Record a name; what is the package's own is walked through later."""
        if name.startswith("@") and len(name) > 1:
            self._name(name, module.file, line, strong, name)
        else:
            self._found.uses.append(Use(name, module.file, line, strong))

    def _name(self, name: str, file: str, line: int, strong: bool, written: str) -> None:
        if not name.startswith("@"):  # a target that is nothing but another name for something foreign
            module, rest = self._package.split(written)
            at = module.lines.get(rest[0], module.lines.get("*", 0)) if module is not None and rest else 0
            self._found.uses.append(Use(name, file or (module.file if module else ""), line or at, strong))
            return
        module, rest = self._package.split(name)
        if module is None or not rest:
            return
        for node in module.made.get(rest[0], []):
            (self._strong if strong else self._weak).append((module, node))

    def method(self, name: str) -> None:
        """Reach weakly every method of that name."""
        self._weak.extend(self._methods.get(name, []))


class _Reader:
    """Reads one definition."""

    def __init__(self, walk: _Walk, module: Module, strong: bool) -> None:
        self._walk, self._module, self._strong = walk, module, strong

    def visit_definition(self, node: ast.AST) -> None:
        module = getattr(node, "written_in", self._module)
        self._module = module
        self._visit(node, Scope(self._walk._package, module))

    def _visit(self, node: ast.AST, scope: Scope) -> None:
        rest: list[tuple[ast.AST, Scope]] = [(node, scope)]
        while rest and self._walk.count():
            node, scope = rest.pop()
            children = list(self._step(node, scope))
            rest.extend(reversed(children))

    def _step(self, node: ast.AST, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        """Record what one node names, and yield what is to be read next, with its scope."""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from ((n, scope) for n in _before_body(node))
            inner = scope.inner(node)
            if not isinstance(node, ast.Lambda):
                self._scores(node)
            body = [node.body] if isinstance(node, ast.Lambda) else node.body
            yield from ((n, inner) for n in body)
            return
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            yield from ((n, scope) for n in node.orelse)
            return
        if isinstance(node, ast.AnnAssign):
            yield from ((n, scope) for n in (node.value,) if n is not None)
            return
        if isinstance(node, ast.Call) and scope.dotted(node.func) in _IGNORED_CALLS:
            yield from ((n, scope) for n in node.args[:1])
            return
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            self._use("@", node)
        hidden = computed(node, scope)
        if hidden:
            self._use(hidden, node)
        dotted = scope.dotted(node) if isinstance(node, _NAMING) else None
        if dotted is not None and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            self._use(dotted, node)
            if isinstance(node, ast.Name | ast.Attribute):
                return
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and not scope.dotted(node.func)
        ):
            self._walk.method(node.func.attr)
        yield from ((child, scope) for child in ast.iter_child_nodes(node))

    def _use(self, name: str, node: ast.AST) -> None:
        self._walk.use(name, self._module, getattr(node, "lineno", 0), self._strong)

    def _scores(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Record a softmax whose argument is, or comes from, a product made in the same function."""
        products: set[str] = set()
        for _ in range(3):  # assignments in a row: scores = q @ k; scores = scores * scale + mask
            products |= {
                target.id
                for step in ast.walk(node)
                if isinstance(step, ast.Assign | ast.AugAssign | ast.AnnAssign) and step.value is not None
                for target in (step.targets if isinstance(step, ast.Assign) else [step.target])
                if isinstance(target, ast.Name) and _has_product(step.value, frozenset(products))
            }
        for step in ast.walk(node):
            if isinstance(step, ast.Call) and _last(step.func) in SOFTMAX:
                values = [*step.args, *([step.func] if isinstance(step.func, ast.Attribute) else [])]
                if any(_has_product(v, frozenset(products)) for v in values):
                    self._use("softmax(@)", step)


def computed(node: ast.AST, scope: Scope) -> str:
    """Return "getattr(mlx.core, ...)" for a look-up whose name the text does not give, else nothing."""
    if not isinstance(node, ast.Call) or not node.args or scope.dotted(node):
        return ""
    function = scope.dotted(node.func)
    if function in ("builtins.__import__", "importlib.import_module", "importlib.__import__"):
        return f"{function}(...)"
    base = scope.dotted(node.args[0])
    if function != "builtins.getattr" or base is None or len(node.args) < 2:
        return ""
    return f"getattr({base}, ...)" if base.startswith(("mlx", "@", "builtins", "numpy", "sys")) else ""


_NAMING = ast.Name | ast.Attribute | ast.Call | ast.Subscript


def _before_body(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.AST]:
    """Return decorators and defaults: they are computed where the function is defined."""
    defaults = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
    return [*([] if isinstance(node, ast.Lambda) else node.decorator_list), *defaults]


def _has_product(node: ast.AST, products: frozenset[str]) -> bool:
    for step in ast.walk(node):
        if isinstance(step, ast.BinOp) and isinstance(step.op, ast.MatMult):
            return True
        if isinstance(step, ast.Name) and step.id in products:
            return True
        if isinstance(step, ast.Call) and _last(step.func) in DENSE:
            return True
    return False


def _last(function: ast.AST) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _methods(package: Package) -> dict[str, list[tuple[Module, ast.AST]]]:
    found: dict[str, list[tuple[Module, ast.AST]]] = {}
    for module in package.modules.values():
        for nodes in module.made.values():
            for node in nodes:
                if isinstance(node, ast.ClassDef):
                    for method in node.body:
                        if isinstance(method, ast.FunctionDef):
                            found.setdefault(method.name, []).append((module, method))
    return found
