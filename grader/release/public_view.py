"""The public side of a source file: what it does where no hidden case counts, without what is for hidden ones.

A convention of the course's scenarios is all that this knows: `public` and `bench.public` are true, and
`bench.include_hidden` is false, wherever they decide; an argument or a variable called `hidden`, or `HIDDEN`, is
nothing. Comments go, too, since they may speak of either side.
"""

from __future__ import annotations

import ast
from typing import Any

HIDDEN = ("hidden", "HIDDEN")


def public_view(source: str) -> str:
    """Return a module's text with its public side only."""
    tree = _Public().visit(ast.parse(source))
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _decided(test: ast.expr) -> bool | None:
    """Return what a condition comes to for public cases, None if it depends on something else."""
    if isinstance(test, ast.Name) and test.id == "public":
        return True
    if isinstance(test, ast.Attribute) and test.attr in ("public", "include_hidden"):
        return test.attr == "public" if ast.unparse(test.value).split(".")[-1] == "bench" else None
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _decided(test.operand)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        parts = [_decided(value) for value in test.values]
        ends = isinstance(test.op, ast.Or)  # the value that alone decides
        if ends in parts:
            return ends
        return None if None in parts else not ends
    return None


class _Public(ast.NodeTransformer):
    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if getattr(node, "body", None) == [] and not isinstance(node, ast.Module):
            node.body = [ast.Pass()]  # type: ignore[attr-defined]
        return node

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        decided = _decided(node.test)
        if decided is None:
            return self.generic_visit(node)
        return self.visit(node.body if decided else node.orelse)

    def visit_If(self, node: ast.If) -> Any:
        decided = _decided(node.test)
        self.generic_visit(node)
        return node if decided is None else (node.body if decided else node.orelse) or None

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        self.generic_visit(node)
        decided = _decided(node)
        return node if decided is None else ast.Constant(decided)

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        """Count `not public` as nothing where it is added to a number."""
        self.generic_visit(node)
        return node.left if _decided(node.right) is False and isinstance(node.op, ast.Add) else node

    def visit_Call(self, node: ast.Call) -> Any:
        self.generic_visit(node)
        node.keywords = [k for k in node.keywords if k.arg not in HIDDEN]
        return node

    def visit_Assign(self, node: ast.Assign) -> Any:
        self.generic_visit(node)
        if any(isinstance(target, ast.Name) and target.id in HIDDEN for target in node.targets):
            node.value = ast.Tuple([], ast.Load())
        return node
