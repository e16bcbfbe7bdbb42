"""What an expression names, as far as the text says: through aliases, getattr, importlib, vars and sys.modules."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field

from .package import Module, Package, imported

MAX_DEPTH = 60  # of one expression
UNKNOWN = ""  # a local name of which nothing is known

Nodes = list[ast.AST]
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


@dataclass
class Scope:
    """The names that are visible at one place, innermost first."""

    package: Package
    module: Module
    layers: tuple[dict[str, str], ...] = field(default=())

    def inner(self, node: ast.AST) -> Scope:
        """Return the scope of a function's body: its parameters hide, its imports and aliases count."""
        layer: dict[str, str] = {}
        arguments = getattr(node, "args", None)
        if isinstance(arguments, ast.arguments):
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            every += [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
            layer.update((a.arg, UNKNOWN) for a in every)
        scope = Scope(self.package, self.module, (layer, *self.layers))
        if not isinstance(node, ast.Lambda):
            scope.bind(layer, list(getattr(node, "body", [])))
        return scope

    def bind(self, layer: dict[str, str], body: Nodes) -> None:
        """Enter into `layer` what the statements of a body bind, not those of functions in it."""
        for node in statements(body):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for name, dotted in imported(self.package, self.module, node):
                    if name != "*":
                        layer[name] = dotted
            elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    if isinstance(target, ast.Name):
                        layer[target.id] = self.dotted(node.value) or layer.get(target.id, UNKNOWN)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                layer.setdefault(node.name, UNKNOWN)

    def dotted(self, node: ast.AST, depth: int = 0) -> str | None:
        """Return the dotted name that an expression stands for, or None."""
        if depth > MAX_DEPTH:
            return None
        if isinstance(node, ast.Name):
            return self._name(node.id)
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value, depth + 1)
            return self.package.canonical(f"{base}.{node.attr}") if base else None
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, ast.Subscript):
            return self._item(node, depth)
        if isinstance(node, ast.NamedExpr):
            return self.dotted(node.value, depth + 1)
        return None

    def _name(self, name: str) -> str | None:
        for layer in self.layers:
            if name in layer:
                return layer[name] or None
        module = self.module
        if name in module.made or name in module.names:
            return self.package.canonical(f"@{module.name}.{name}")
        if module.stars:
            found = self.package.canonical(f"@{module.name}.{name}")
            if found != f"@{module.name}.{name}":
                return found
        return f"builtins.{name}" if hasattr(builtins, name) else None

    def _call(self, node: ast.Call, depth: int) -> str | None:
        function = self.dotted(node.func, depth + 1)
        first = node.args[0] if node.args else None
        if function is None or first is None:
            return "@" + self.module.name if function == "builtins.globals" else None
        if function == "builtins.getattr" and len(node.args) > 1:
            base, name = self.dotted(first, depth + 1), text(node.args[1])
            return self.package.canonical(f"{base}.{name}") if base and name else None
        if function == "builtins.vars":
            return self.dotted(first, depth + 1)
        name = text(first)
        if name and function == "builtins.__import__":
            top = name.partition(".")[0]
            return self.package.own(top) or top
        if name and function in ("importlib.import_module", "importlib.__import__"):
            return self.package.own(name) or name.lstrip(".")
        return None

    def _item(self, node: ast.Subscript, depth: int) -> str | None:
        name = text(node.slice)
        base = self.dotted(node.value, depth + 1) if name else None
        if not name or not base:
            return None
        if base == "sys.modules":
            return self.package.own(name) or name
        if base.endswith(".__dict__") or self._is_dictionary(node.value):
            return self.package.canonical(f"{base.removesuffix('.__dict__')}.{name}")
        return None

    def _is_dictionary(self, node: ast.AST) -> bool:
        called = self.dotted(node.func) if isinstance(node, ast.Call) else None
        return called in ("builtins.vars", "builtins.globals", "builtins.locals")


def statements(body: Nodes) -> Iterator[ast.AST]:
    """Yield what runs when a body runs, in order, without the insides of functions, lambdas and classes."""
    rest = list(reversed(body))
    while rest:
        node = rest.pop()
        yield node
        if not isinstance(node, _SCOPES):
            rest += reversed(list(ast.iter_child_nodes(node)))


def text(node: ast.AST) -> str | None:
    """Return the string that an expression is, put together from constants, or None."""
    pieces, rest = [], [node]
    while rest:
        node = rest.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            pieces.append(node.value)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            rest += [node.right, node.left]
        elif isinstance(node, ast.JoinedStr):
            rest += reversed(node.values)
        elif isinstance(node, ast.FormattedValue) and node.format_spec is None:
            rest.append(node.value)
        else:
            return None
    return "".join(pieces)


def collect(package: Package) -> None:
    """Fill in what every module of a package imports, makes and gives other modules."""
    for module in package.modules.values():
        top = {id(node) for node in module.tree.body}
        for node in statements(list(module.tree.body)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                if id(node) in top:  # replaces what had the name before; one in a branch stands beside it
                    module.names.pop(node.name, None)
                    module.made.pop(node.name, None)
                module.made.setdefault(node.name, []).append(node)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                for name, dotted in imported(package, module, node):
                    if name == "*":
                        module.stars.append(dotted)
                        module.lines["*"] = node.lineno
                    else:
                        module.names[name], module.lines[name] = dotted, node.lineno
    for module in package.modules.values():
        scope = Scope(package, module)
        for node in statements(list(module.tree.body)):
            _assigned(scope, node)


def _assigned(scope: Scope, node: ast.AST) -> None:
    if isinstance(node, ast.Call) and scope.dotted(node.func) == "builtins.setattr" and len(node.args) == 3:
        base, name = scope.dotted(node.args[0]), text(node.args[1])
        if base and name:
            _give(scope, f"{base}.{name}", node.args[2])
        return
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        if isinstance(target, ast.Name):
            made = scope.module.made.setdefault(target.id, [])
            dotted = scope.dotted(node.value)
            if dotted and all(
                getattr(m, "lineno", 0) < node.lineno for m in made
            ):  # not replaced by a later one
                scope.module.names[target.id], scope.module.lines[target.id] = dotted, node.lineno
            made.append(node.value)
        elif isinstance(target, ast.Tuple | ast.List):
            for element in target.elts:
                if isinstance(element, ast.Name):
                    scope.module.made.setdefault(element.id, []).append(node.value)
        elif isinstance(target, ast.Attribute):
            base = scope.dotted(target.value)
            _give(scope, f"{base}.{target.attr}" if base else "", node.value)
        elif isinstance(target, ast.Subscript):
            _give(scope, scope.dotted(target) or "", node.value)


def _give(scope: Scope, dotted: str, value: ast.AST) -> None:
    """Enter a value that is put into another module of the package, or in a class of it."""
    module, rest = scope.package.split(dotted) if dotted.startswith("@") else (None, [])
    if module is not None and rest:
        wrapper = ast.Module(body=[ast.Expr(value)], type_ignores=[])  # type: ignore[arg-type]
        vars(wrapper)["written_in"] = scope.module  # its names are those of the module that it stands in
        module.made.setdefault(rest[0], []).append(wrapper)
