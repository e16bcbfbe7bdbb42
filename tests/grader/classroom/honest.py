"""Solutions of the same tasks by different means, and copies of one that somebody has disguised.

An honest solution takes, for every function of which `tests/variations` has several, one of them at random: two that
take different ones share the task and the library, and no text.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import random
import re
from functools import cache
from pathlib import Path

from grader.validation import corpus

ROOT = Path(__file__).resolve().parents[3]
SUFFIXES = (".py", ".cpp", ".h", ".metal")
LEAST_TEXT = 300  # characters; shorter ones are a line or two


def folder(name: str) -> dict[str, bytes]:
    """Return the source files of a folder of the project."""
    root = ROOT / name
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.suffix in SUFFIXES}


@cache
def versions() -> dict[str, list[str]]:
    """Return the texts of each function that was written in several ways: those of the variations' APPEND."""
    found: dict[str, list[str]] = {}
    for week in (1, 2):
        for variation in corpus.load(ROOT / "tests", "variations", week):
            for name, text in variation.append.items():
                if len(variation.append) == 1 and len(text) >= LEAST_TEXT:
                    topic = variation.name.removeprefix("w2_").split("_")[0]
                    found.setdefault(f"{topic}_{name}", []).append(text)
    return {topic: texts for topic, texts in found.items() if len(texts) > 1}


def pair(seed: int) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return two solutions that share no function, and both kernels in two versions that were written apart."""
    rng = random.Random(seed)
    first, second = {}, {}
    for topic, texts in versions().items():
        first[topic], second[topic] = (text.encode() for text in rng.sample(texts, 2))
    for base, kernel in (("matmul", "quantized_matmul.cpp"), ("attention", "flash_attention.cpp")):
        first[kernel] = (ROOT / "tests" / "bases" / base / "kernels" / kernel).read_bytes()
        second[kernel] = (ROOT / "reference" / "kernels" / kernel).read_bytes()
    return first, second


class _Renamer(ast.NodeTransformer):
    """Gives every name that is not built in another one, and every function another place in its class or module."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(_renamed(node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(_renamed(node.arg), node.annotation)

    def visit_body(self, node: ast.Module | ast.ClassDef) -> ast.AST:
        self.generic_visit(node)
        moved = [n for n in node.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
        stays = [n for n in node.body if n not in moved]
        self._rng.shuffle(moved)
        node.body = [*stays, *moved]
        return node

    visit_Module = visit_ClassDef = visit_body


def _renamed(name: str) -> str:
    return name if hasattr(builtins, name) or keyword.iskeyword(name) else f"{name[::-1]}_of_mine"


def disguised(name: str, content: bytes, seed: int) -> bytes:
    """Return a copy without comments and with other names; Python with functions moved and lines broken anew."""
    text = content.decode()
    if name.endswith(".py"):
        return ast.unparse(_Renamer(random.Random(seed)).visit(ast.parse(text))).encode()
    text = re.sub(r"//[^\n]*", "", text)
    names = set(re.findall(r"\b(?:const )?(?:auto|float|int|uint|size_t)[*&]? (\w+)\b", text))
    return re.sub(r"\b\w+\b", lambda m: f"{m[0]}_of_mine" if m[0] in names else m[0], text).encode()
