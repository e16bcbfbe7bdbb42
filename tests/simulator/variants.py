"""Texts with planted bugs: variants of the kernels of one file, each in a namespace of its own, compiled together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from kernels.simulator import Library, compile_metal

Edits = Sequence[tuple[str, str]]
PLAIN_KERNEL = re.compile(r"(?<!>)\n\[\[kernel([^\]]*)\]\] void (\w+)\(")


def variant_name(variant: str, kernel: str) -> str:
    """Return the name that the host asks for to get a variant's kernel."""
    return f"{variant}_{kernel}"


def variant_text(text: str, variant: str, edits: Edits, marked: str) -> str:
    """Return ``text`` with the edits, the line of the bug marked, and kernels that carry the variant's name.

    Args:
        text: A Metal source.
        variant: Name of the variant.
        edits: Pieces of text and what stands in their place; each piece occurs once. ``// BUG`` marks the bug's line.
        marked: Text whose last line is marked as the bug; empty where the edits mark it or it has no line.
    """
    for old, new in edits:
        text = _replace_one(text, old, re.sub(r"// BUG$", f"// BUG {variant}", new, flags=re.MULTILINE))
    if marked:
        text = _replace_one(
            text, marked, f"{marked}{_rest_of_line(text, marked)}  // BUG {variant}", behind=True
        )
    text = text.replace('host_name("', f'host_name("{variant}_')
    text = PLAIN_KERNEL.sub(rf'\n[[kernel\1]] [[host_name("{variant}_\2")]] void \2(', text)
    body = "\n".join(line for line in text.split("\n") if not line.startswith("#include"))
    return f"namespace {variant} {{\n{body}\n}}  // namespace {variant}\n"


def _replace_one(text: str, old: str, new: str, *, behind: bool = False) -> str:
    if text.count(old) != 1:
        raise ValueError(f"{old!r} occurs {text.count(old)} times, not once")
    if behind:
        old += _rest_of_line(text, old)
    return text.replace(old, new)


def _rest_of_line(text: str, piece: str) -> str:
    end = text.index(piece) + len(piece)
    return text[end : text.index("\n", end)]


def compile_variants(source: Path, variants: Iterable[tuple[str, str, Edits, str]], folder: Path) -> Library:
    """Compile variants of ``source`` for check mode.

    Args:
        source: A Metal source.
        variants: Name, kernel, edits and marked text of each.
        folder: Where the generated file is written.
    """
    text, listed = source.read_text(), list(variants)
    includes = dict.fromkeys(re.findall(r"^#include.*$", text, re.MULTILINE))
    texts = [variant_text(text, name, edits, marked) for name, _, edits, marked in listed]
    path = folder / f"{source.stem}_with_bugs.metal"
    path.write_text("\n".join([*includes, *texts]))
    return compile_metal(
        path, mode="check", kernels=[variant_name(name, kernel) for name, kernel, _, _ in listed]
    )
