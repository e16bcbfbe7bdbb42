"""Pointers that would change their address space: in assignments, casts and calls.

Types carry no address space here after translation, so clang cannot see them. The lint follows plain names alone: a
pointer, an array or an address taken of an element; a name that a function declares twice is left out.
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Iterator, Mapping

from ..errors import Finding
from ..translator.declarations import Declaration, function_name
from ..translator.source import Source
from ..translator.vectors import ELEMENTS, VECTORS

SPACES = ("device", "constant", "threadgroup", "thread")
CURE = "Copy the value, or take a pointer of the same address space."


@dataclasses.dataclass(frozen=True)
class _Pointer:
    """A declared pointer or array: its name, its space, and the index behind its declarator."""

    name: str
    space: str
    end: int


def check_spaces(source: Source, outline: list[Declaration]) -> Iterator[Finding]:
    """Yield a finding for every pointer that meets another address space in a function of ``outline``."""
    functions = [declaration for declaration in outline if declaration.kind == "function"]
    names = collections.Counter(function_name(source, function) for function in functions)
    signatures = {
        name: _parameter_spaces(source, function)
        for function in functions
        if names[name := function_name(source, function)] == 1 and not function.in_record
    }
    for function in functions:
        yield from _check_function(source, function, signatures)


def _check_function(
    source: Source, function: Declaration, signatures: Mapping[str, list[str | None]]
) -> Iterator[Finding]:
    assert function.parameters is not None
    end = source.match[function.header_end]
    declared = list(_declared(source, function.parameters + 1, source.match[function.parameters]))
    locals_ = list(_declared(source, function.header_end + 1, end))
    counts = collections.Counter(pointer.name for pointer in (*declared, *locals_))
    spaces = {p.name: p.space for p in (*declared, *locals_) if counts[p.name] == 1}
    for pointer in locals_:
        if source.text(pointer.end) == "=":
            yield from _compare(source, pointer.end + 1, pointer.space, f"`{pointer.name}`", spaces)
    for index in range(function.header_end, end):
        if source.text(index) in signatures and source.text(index + 1) == "(":
            yield from _check_call(source, index, signatures[source.text(index)], spaces)
        elif source.text(index) == "*" and source.text(index + 1) == ")":
            space = _space(source, source.match[index + 1], index)
            if space and source.tokens[index + 2].kind == "name":
                yield from _compare(source, index + 2, space, "the cast", spaces)


def _declared(source: Source, start: int, end: int) -> Iterator[_Pointer]:
    """Yield the pointers and threadgroup arrays that ``[start, end)`` declares: ``space ... * name`` and arrays."""
    for index in range(start, end):
        name = source.tokens[index + 1]
        is_declarator = source.text(index) == "*" and name.kind == "name"
        if is_declarator and source.text(index + 2) in ("=", ";", ",", ")", "["):
            if space := _space(source, _specifiers_start(source, index, start), index):
                yield _Pointer(name.text, space, index + 2)
        elif (
            source.text(index) in (*ELEMENTS, *VECTORS)
            and name.kind == "name"
            and source.text(index + 2) == "["
        ):
            before = source.text(index - 1)
            if before in ("threadgroup", ";", "{", "}"):
                yield _Pointer(name.text, "threadgroup" if before == "threadgroup" else "thread", end)


def _specifiers_start(source: Source, index: int, floor: int) -> int:
    while index > floor and source.text(index - 1) not in (";", "{", "}", "(", ","):
        index -= 1
    return index


def _space(source: Source, start: int, end: int) -> str | None:
    """Return the one address space that ``[start, end)`` names, or None."""
    found = [source.text(index) for index in range(start, end) if source.text(index) in SPACES]
    plain = all(source.text(index) not in ("<", "*", "=") for index in range(start, end))
    return found[0] if len(found) == 1 and plain else None


def _parameter_spaces(source: Source, function: Declaration) -> list[str | None]:
    assert function.parameters is not None
    found = []
    for start, end in source.split(function.parameters + 1, source.match[function.parameters]):
        pointers = list(_declared(source, start, min(end + 1, len(source))))
        found.append(pointers[0].space if len(pointers) == 1 else None)
    return found


def _check_call(
    source: Source, index: int, parameters: list[str | None], spaces: Mapping[str, str]
) -> Iterator[Finding]:
    before = source.tokens[index - 1]
    is_call = before.text not in (".", "->", "::") and (
        before.kind != "name" or before.text in ("return", "else")
    )
    if not is_call:
        return
    arguments = source.split(index + 2, source.match[index + 1])
    for (start, _), space in zip(arguments, parameters, strict=False):
        if space is not None:
            yield from _compare(source, start, space, f"a parameter of `{source.text(index)}`", spaces)


def _compare(
    source: Source, start: int, space: str, what: str, spaces: Mapping[str, str]
) -> Iterator[Finding]:
    """Compare the pointer that starts at ``start`` (``x``, ``x + 1``, ``&x[1]``) with the space it must have."""
    name = start + 1 if source.text(start) == "&" else start
    behind = source.text(name + 1)
    is_plain = behind == "[" if name > start else behind in (";", ",", ")", "+", "-")
    found = spaces.get(source.text(name))
    if found is None or found == space or not is_plain:
        return
    token = source.tokens[name]
    sentence = f"`{token.text}` points to {found} memory, and {what} to {space} memory, which Metal does not convert."
    yield Finding(token.file, token.line, "address-space-change", sentence, CURE)
