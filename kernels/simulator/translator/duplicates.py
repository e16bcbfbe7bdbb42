"""Overloads and specialisations that differ in address spaces alone: C++ sees one function, so one is kept."""

from __future__ import annotations

from .attributes import ADDRESS_SPACES
from .declarations import Declaration
from .source import Source

NOT_IN_KEY = (ADDRESS_SPACES - {"constant"}) | {"inline", "static"}


def drop_duplicates(source: Source, outline: list[Declaration]) -> None:
    """Erase each definition whose header equals an earlier one but for address spaces."""
    seen: dict[tuple[str, ...], str] = {}
    for declaration in outline:
        if declaration.kind not in ("function", "record"):
            continue
        key = (*declaration.scope, *_key(source, declaration))
        full = " ".join(source.text(index) for index in range(declaration.start, declaration.header_end))
        if seen.setdefault(key, full) != full:
            source.erase(declaration.start, declaration.end)


def _key(source: Source, declaration: Declaration) -> list[str]:
    words: list[str] = []
    index = declaration.start
    header_end = declaration.header_end
    if declaration.parameters is not None:
        header_end = _initialisers(source, source.match[declaration.parameters] + 1, header_end)
    while index < header_end:
        text = source.text(index)
        if text == "constant":
            text = "" if words[-1:] == [")"] else "const"
        is_repeated_const = text == "const" and words[-1:] == ["const"]
        is_pointer_name = (
            words[-1:] in (["*"], ["&"]) and source.tokens[index].kind == "name" and text != "const"
        )
        if text and text not in NOT_IN_KEY and not is_repeated_const and not is_pointer_name:
            words.append(text)
        index += 1
    return words


def _initialisers(source: Source, index: int, end: int) -> int:
    """Return where a constructor's member initialisers start, or ``end``."""
    while index < end:
        if source.text(index) == ":":
            return index
        index = source.match[index] + 1 if source.text(index) in ("(", "[", "{") else index + 1
    return end
