"""A submission's Python files as modules: which name means what, as far as the text says.

A dotted name is either foreign ("mlx.core.matmul") or the package's own: "@" before the path of its module below the
snapshot ("@student.quantize.quantized_matmul"). Hostile text is expected: what cannot be parsed is a problem that is
reported, never an exception.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

ALIASES = ("tiny_llm", "student", "reference", "src.tiny_llm")  # what other layouts call the package
MAX_FILE_BYTES = 400_000
MAX_TOTAL_BYTES = 4_000_000
MAX_HOPS = 20  # from module to module, until a name is where it is made

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Module:
    """One file."""

    name: str  # "student.quantize": its path below the snapshot
    file: str
    tree: ast.Module
    is_package: bool
    names: dict[str, str] = field(default_factory=dict)  # imported or assigned at the top -> dotted name
    lines: dict[str, int] = field(default_factory=dict)  # where those names are bound
    stars: list[str] = field(default_factory=list)  # modules of which everything is imported
    made: dict[str, list[ast.AST]] = field(
        default_factory=dict
    )  # functions, classes and values of top-level names


class Package:
    """All files of a snapshot that can be parsed.

    Args:
        files: content by path below the snapshot; other files than `.py` are passed over.
        name: of the package.
    """

    def __init__(self, files: Mapping[str, bytes], name: str) -> None:
        self.name = name
        self.modules: dict[str, Module] = {}
        self.problems: list[tuple[str, str]] = []  # (file, why it was not read)
        total = 0
        for file in sorted(f for f in files if f.endswith(".py")):
            total += len(files[file])
            if len(files[file]) > MAX_FILE_BYTES or total > MAX_TOTAL_BYTES:
                self.problems.append((file, "is too large to be read"))
                continue
            tree = parse(files[file])
            if isinstance(tree, str):
                self.problems.append((file, tree))
                continue
            parts = file[: -len(".py")].split("/")
            is_package = parts[-1] == "__init__"
            module = Module(".".join(parts[:-1] if is_package else parts), file, tree, is_package)
            self.modules[module.name] = module

    def own(self, dotted: str) -> str | None:
        """Return the own name of an absolutely imported `dotted` ("tiny_llm.basics"), or None if it is foreign."""
        for alias in (self.name, *ALIASES):
            if dotted == alias or dotted.startswith(alias + "."):
                if alias == "reference" != self.name:
                    return None  # asks for the reference: that is not the submission's own
                return "@" + self.name + dotted[len(alias) :]
        top = dotted.partition(".")[0]
        if top in sys.stdlib_module_names or top in ("mlx", "numpy", "torch"):
            return None
        for base in ("", f"{self.name}.", "extensions.", f"{self.name}.extensions."):
            if base + top in self.modules:
                return f"@{base}{dotted}"
        return None

    def split(self, own: str) -> tuple[Module | None, list[str]]:
        """Return the module that an own name begins with, and the names after it."""
        parts = own[1:].split(".")
        for count in range(len(parts), 0, -1):
            module = self.modules.get(".".join(parts[:count]))
            if module is not None:
                return module, parts[count:]
        return None, parts

    def canonical(self, dotted: str) -> str:
        """Follow re-exports until the name is foreign or stands where it is made."""
        for _ in range(MAX_HOPS):
            if not dotted.startswith("@"):
                break
            module, rest = self.split(dotted)
            if module is None or not rest:
                break
            there = module.names.get(rest[0]) or self._starred(module, rest[0])
            if there is None:
                break
            dotted = ".".join([there, *rest[1:]])
        return dotted

    def _starred(self, module: Module, name: str) -> str | None:
        if name in module.made:
            return None
        for star in module.stars:
            if not star.startswith("@"):
                return f"{star}.{name}"
            there, rest = self.split(star)
            if there is not None and not rest and (name in there.made or name in there.names or there.stars):
                return f"{star}.{name}"
        return None


def parse(text: bytes) -> ast.Module | str:
    """Return the tree of a file, decoded as Python does it, or why there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in the student's strings
            return ast.parse(text)
    except SyntaxError as error:
        return f"cannot be parsed: {error.msg}"
    except (ValueError, LookupError, RecursionError, MemoryError) as error:
        return f"cannot be parsed: {type(error).__name__}"


def imported(
    package: Package, module: Module, node: ast.Import | ast.ImportFrom
) -> Iterator[tuple[str, str]]:
    """Yield (local name, dotted name) for each name that an import binds; "*" for a star."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            dotted = package.own(alias.name) or alias.name
            if alias.asname is None:
                top = alias.name.partition(".")[0]
                yield top, package.own(top) or top
            else:
                yield alias.asname, dotted
        return
    if node.level:
        parts = module.name.split(".")
        parts = parts[: len(parts) - node.level + module.is_package]
        base = "@" + ".".join([*parts, *([node.module] if node.module else [])])
    else:
        base = package.own(node.module or "") or (node.module or "")
    for alias in node.names:
        if alias.name == "*":
            yield "*", base
        else:
            yield alias.asname or alias.name, f"{base}.{alias.name}"
