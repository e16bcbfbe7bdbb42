"""Rewrites inside declarations: address spaces, literals, attributes, pragmas, and where vectors are made.

Metal has literals in single precision and address spaces in types; C++ has neither.
"""

from __future__ import annotations

import re

from .attributes import ADDRESS_SPACES, HARMLESS, INDICES, POSITIONS, SYNONYMS, read_attributes
from .source import Source
from .vectors import VECTORS, rewrite_cast, rewrite_constructor, vector_aliases

UNSUFFIXED = re.compile(
    r"(?:\d[\d']*\.[\d']*|\.\d[\d']*|\d[\d']*(?=[eE]))(?:[eE][+-]?\d+)?|0[xX][\da-fA-F.']+[pP][+-]?\d+"
)
HALF = re.compile(r"(\d*\.?\d*(?:[eE][+-]?\d+)?)[hH]")
BFLOAT = re.compile(r"(\d*\.?\d*(?:[eE][+-]?\d+)?)(?:bf|BF)")


#: Types that clang does not convert into each other: `bfloat(x)` of a half goes through a function of ours.
SIXTEEN_BITS = frozenset({"half", "bfloat", "float16_t", "bfloat16_t"})


def rewrite_expressions(source: Source) -> None:
    """Apply every rewrite of this module to the whole translation unit.

    Raises:
        SourceError: An attribute that the simulator does not know.
    """
    vectors = VECTORS | vector_aliases(source)
    for index in range(2, len(source)):
        if [source.text(i) for i in range(index - 2, index + 1)] == ["vec", "<", "bool"]:
            source.edits[index] = "msim::truth"  # the component of bool2 to bool4
    for index, token in enumerate(source.tokens):
        if index in source.edits:
            continue
        if token.kind == "number":
            source.edits[index] = literal(token.text)
        elif token.kind == "pragma":
            source.edits[index] = pragma(token.text)
        elif token.kind == "name":
            _rewrite_name(source, index, vectors)
        elif token.text == "(":
            rewrite_cast(source, index, vectors)
        elif source.is_attribute(index):
            _check_attribute(source, index)


def literal(text: str) -> str:
    """Return a number as C++ has to spell it: Metal's floating literals are float, and may be half."""
    if text[:2].lower() != "0x":
        for pattern, name in ((BFLOAT, "bfloat"), (HALF, "half")):
            if match := pattern.fullmatch(text):
                digits = match[1] if set(match[1]) & set(".eE") else match[1] + ".0"
                return f"(({name}){digits}f)"
    return text + "f" if UNSUFFIXED.fullmatch(text) else text


def pragma(text: str) -> str:
    """Return the pragmas that tell the compiler about loops; the others mean nothing here.

    They become operators, because a pragma of a macro may stand in the middle of a line.
    """
    loop = re.match(r"#\s*pragma\s+((?:unroll|nounroll|clang\s+loop)\b.*)", text)
    return f'_Pragma("{loop[1]}")' if loop else ""


def _rewrite_name(source: Source, index: int, vectors: frozenset[str]) -> None:
    text = source.text(index)
    if text in ADDRESS_SPACES:
        if source.text(index - 1) not in (".", "->", "::"):
            if text == "threadgroup":
                _check_threadgroup(source, index)
            source.edits[index] = address_space(source, index)
    elif text == "static_cast" and source.text(index + 1) == "<":
        end = source.close_angle(index + 1)
        # A template's type may be a vector, or half where the operand is bfloat, which clang does not cast.
        if end is not None and not {"*", "&"} & {source.text(i) for i in range(index + 2, end)}:
            source.edits[index] = "msim::make"
    elif text in vectors or text == "vec":
        rewrite_constructor(source, index, vectors)
    elif text in SIXTEEN_BITS and source.text(index + 1) == "(":
        before = source.tokens[index - 1]
        if before.kind != "name" or before.text in ("return", "case", "else"):
            source.edits[index] = f"msim::make<{text}>"


def _check_threadgroup(source: Source, index: int) -> None:
    """Refuse what would become private to each thread: a threadgroup type that is no pointer and no reference."""
    if source.text(index - 1) in (
        ")",
        "const",
        "noexcept",
    ):  # of a member function, or behind a pointed-to type
        return
    at = index + 1
    while source.tokens[at].kind == "name" or source.text(at) == "::" or source.is_attribute(at):
        at = source.close(at) + 1
        if source.text(at) == "<":
            at = (source.close_angle(at) or at) + 1
    if source.text(at) in ("[", ";", "=", "{", ""):
        sentence = "Threadgroup memory can be declared here only as a variable of a kernel."
        raise source.refuse(
            index, "threadgroup-variable", sentence, "Pass a pointer to it to other functions."
        )


def address_space(source: Source, index: int) -> str:
    """Return what stands for the address space at ``index``: const for constant memory, nothing for the others.

    Behind a parameter list it says where the object lies, and a constructor must not be const.
    """
    if source.text(index) != "constant" or source.text(index - 1) == ")":
        return ""
    return "" if "const" in (source.text(index - 1), source.text(index + 1)) else "const"


def _check_attribute(source: Source, index: int) -> None:
    for attribute in read_attributes(source, index):
        name = SYNONYMS.get(attribute.name, attribute.name)
        if name in POSITIONS | INDICES | {
            "buffer",
            "threadgroup",
        }:  # of a parameter of a function that is no kernel: says nothing
            source.erase(index, source.match[index] + 1)
        elif name not in HARMLESS and not name.startswith(("clang::", "gnu::")):
            sentence = f"The simulator does not know the attribute [[{name}]] here."
            raise source.refuse(attribute.start, "unknown-attribute", sentence)
