"""Pointers and references without an address space, pointers to functions, and pointers made from numbers.

A finding is certain only where the pointed-to type is one of Metal's own or a struct of the file: the address space
of a template argument may be part of the argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..errors import Finding
from ..translator.attributes import ADDRESS_SPACES
from ..translator.declarations import Declaration, record_keyword
from ..translator.source import Source
from ..translator.vectors import ELEMENTS, VECTORS

QUALIFIERS = frozenset({"const", "volatile", "unsigned", "signed", "struct", "static", "constexpr", "inline"})
SCALARS = (
    frozenset(ELEMENTS)
    | {f"{sign}int{bits}_t" for sign in ("", "u") for bits in (8, 16, 32, 64)}
    | {"void", "size_t"}
)
CURE = "Write device, constant, threadgroup or thread in front of the type."


def check_pointers(
    source: Source, outline: list[Declaration], is_submission: Callable[[str], bool]
) -> Iterator[Finding]:
    """Yield the findings of this module for the declarations of ``outline`` and for all casts."""
    types = SCALARS | VECTORS | _records(source, outline)
    for declaration in outline:
        if declaration.parameters is not None and declaration.kind != "record":
            yield from _check_parameters(source, declaration, types)
        if declaration.kind == "function":
            yield from _check_statements(source, declaration, types)
        elif declaration.kind == "other" and declaration.in_record and declaration.parameters is None:
            yield from _check_declaration(source, declaration.start, declaration.header_end, types)
    for index, token in enumerate(source.tokens):
        if token.text in ("*", "reinterpret_cast", "as_type") and is_submission(token.file):
            yield from _check_cast(source, index, types)


def _records(source: Source, outline: list[Declaration]) -> frozenset[str]:
    names = set()
    for declaration in outline:
        if declaration.kind == "record" and source.text(declaration.start) != "template":
            keyword = record_keyword(source, declaration.start, declaration.header_end)
            if keyword is not None and source.tokens[keyword + 1].kind == "name":
                names.add(source.text(keyword + 1))
    return frozenset(names)


def _check_parameters(source: Source, declaration: Declaration, types: frozenset[str]) -> Iterator[Finding]:
    assert declaration.parameters is not None
    for start, end in source.split(declaration.parameters + 1, source.match[declaration.parameters]):
        if source.text(start) == "auto" and not declaration.in_record:
            token = source.tokens[start]
            sentence = "A parameter of type `auto` is C++20, and Metal's C++ is older."
            yield Finding(token.file, token.line, "auto-parameter", sentence, "Make the function a template.")
        yield from _check_declaration(source, start, end, types, certain_reference=not declaration.in_record)


def _check_declaration(
    source: Source, start: int, end: int, types: frozenset[str], *, certain_reference: bool = True
) -> Iterator[Finding]:
    """Check one parameter, member or local variable: qualifiers, type, ``*`` or ``&``, name."""
    index = start
    words = [source.text(i) for i in range(start, end)]
    if ADDRESS_SPACES & set(words):
        return
    while source.text(index) in QUALIFIERS or source.is_attribute(index):
        index = source.match[index] + 1 if source.is_attribute(index) else index + 1
    while source.text(index) == "metal" and source.text(index + 1) == "::":
        index += 2
    if index >= end or source.text(index) not in types:
        return
    index += 1
    while source.text(index) == "const":
        index += 1
    sign = source.text(index)
    if index < end and sign in ("*", "&"):
        token = source.tokens[index]
        what = "pointer" if sign == "*" else "reference"
        sentence = f"The {what} `{source.join(start, end)[:80]}` has no address space."
        yield Finding(
            token.file, token.line, "address-space", sentence, CURE, sign == "*" or certain_reference
        )


def _check_statements(source: Source, declaration: Declaration, types: frozenset[str]) -> Iterator[Finding]:
    """Check what looks like the declaration of a pointer: ``type * name =`` (or ``;``) at the start of a statement."""
    for index in range(declaration.header_end, source.match[declaration.header_end]):
        if source.text(index) not in ("{", "}", ";", "("):
            continue
        end = start = index + 1
        while source.tokens[end].kind == "name" or source.text(end) in ("*", "&", "::"):
            end += 1
        opens = source.text(index) == "("
        is_variable = source.text(end) in ("=", ";") and not (opens and source.text(index - 1) != "for")
        if is_variable and end - start >= 3 and source.tokens[end - 1].kind == "name":
            yield from _check_declaration(source, start, end, types)
        if (
            source.text(index + 1) in types
            and source.text(index + 2) == "("
            and source.text(index + 3) == "*"
        ):
            yield from _check_function_pointer(source, index + 2)


def _check_function_pointer(source: Source, opener: int) -> Iterator[Finding]:
    if source.text(source.match[opener] + 1) == "(":
        token = source.tokens[opener]
        yield Finding(
            token.file,
            token.line,
            "function-pointer",
            "Metal's kernels have no pointers to functions.",
            "Use a template.",
        )


def _check_cast(source: Source, index: int, types: frozenset[str]) -> Iterator[Finding]:
    token = source.tokens[index]
    if token.text == "*":  # (float*)x, and (device float*)0x1000
        if source.text(index + 1) != ")":
            return
        opener = source.match[index + 1]
        before = source.tokens[opener - 1]
        is_parameter = before.kind == "name" and before.text not in ("return", "else", "case")
        if is_parameter or source.text(opener) != "(":
            return
        operand = source.tokens[index + 2]
        start, end = opener + 1, index + 1
    elif source.text(index + 1) == "<":
        close = source.close_angle(index + 1)
        if close is None or source.text(close - 1) != "*":
            return
        operand = source.tokens[close + 2]
        start, end = index + 2, close
        if token.text == "as_type":
            sentence = "A pointer cannot be made from another type by as_type."
            yield Finding(
                token.file, token.line, "made-up-pointer", sentence, "Pass the buffer as an argument."
            )
    else:
        return
    yield from _check_declaration(source, start, end, types)
    if operand.kind == "number" and operand.text.rstrip("uUlL") != "0":
        sentence = f"This makes a pointer from the number {operand.text}."
        yield Finding(token.file, token.line, "made-up-pointer", sentence, "Pass the buffer as an argument.")
