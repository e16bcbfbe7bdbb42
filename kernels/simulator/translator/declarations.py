"""The declarations of a translation unit: namespaces and structs entered, function bodies kept as ranges.

It knows C++'s outline as far as Metal's kernels use it, and nothing about Metal itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterator

from .source import Source

RECORDS = ("struct", "class", "union", "enum")


@dataclasses.dataclass(frozen=True)
class Declaration:
    """One declaration at namespace, global or struct scope.

    Attributes:
        start: Index of its first token.
        header_end: Index of the ``{`` of its body, or of the ``;`` where it has none.
        end: Index behind its last token.
        kind: ``function``, ``record`` or ``other`` (variables, aliases, declarations without a body).
        parameters: Index of the parameter list's ``(``, for a function or a function's declaration.
        scope: Names of the enclosing namespaces and structs; an empty name stands for an anonymous one.
        in_record: Whether it is a member of a struct.
    """

    start: int
    header_end: int
    end: int
    kind: str
    parameters: int | None
    scope: tuple[str, ...]
    in_record: bool


def declarations(source: Source) -> list[Declaration]:
    """Return all declarations, members right behind their struct."""
    return list(_scope(source, 0, len(source), (), False))


def _scope(
    source: Source, index: int, end: int, scope: tuple[str, ...], in_record: bool
) -> Iterator[Declaration]:
    while index < end:
        text = source.text(index)
        if text in (";", "}") or source.tokens[index].kind == "pragma":
            index += 1
        elif text in ("public", "private", "protected") and source.text(index + 1) == ":":
            index += 2
        else:
            header_end = _header_end(source, index, end)
            if source.text(header_end) == "{" and _is_namespace(source, index, header_end):
                close = source.match[header_end]
                yield from _scope(
                    source, header_end + 1, close, scope + _namespace_names(source, index, header_end), False
                )
                index = close + 1
            else:
                index = yield from _declaration(source, index, header_end, end, scope, in_record)


def _declaration(
    source: Source, start: int, header_end: int, end: int, scope: tuple[str, ...], in_record: bool
) -> Generator[Declaration, None, int]:
    """Yield the declaration at ``start`` and its members; return the index behind it."""
    record = record_keyword(source, start, header_end)
    if record is not None and source.text(header_end) == "{":
        close = source.match[header_end]
        behind = _find(source, close + 1, end, ";") + 1
        yield Declaration(start, header_end, behind, "record", None, scope, in_record)
        if source.text(record) != "enum":
            name = _record_name(source, record, header_end)
            yield from _scope(source, header_end + 1, close, (*scope, name), True)
        return behind
    parameters = _parameter_list(source, start, header_end)
    behind = header_end + 1
    kind = "other"
    if source.text(header_end) == "{":
        behind = source.match[header_end] + 1
        kind = "function" if parameters is not None else "other"
        is_function = parameters is not None
        while is_function and source.text(behind) in (",", "{"):  # constructor: members set by braces
            header_end = _find(source, behind, end, "{")
            behind = source.close(header_end) + 1
        if source.text(header_end) != "{":
            raise source.refuse(start, "declaration", "This declaration does not end.")
    yield Declaration(start, header_end, behind, kind, parameters, scope, in_record)
    return behind


def _header_end(source: Source, index: int, end: int) -> int:
    """Return the index of the ``;`` or of the body's ``{``."""
    has_value = False
    while index < end:
        text = source.text(index)
        if text == "template" and source.text(index + 1) == "<":
            index = source.close_angle(index + 1) or index
        elif text == "operator":
            index = _operator_name_end(source, index)
            continue
        elif text == "=":
            has_value = True
        elif text in ("(", "["):
            index = source.match[index]
        elif text == "{":
            if not has_value:
                return index
            index = source.match[index]
        elif text == ";":
            return index
        index += 1
    return end


def _operator_name_end(source: Source, index: int) -> int:
    index += 1
    if source.text(index) in ("(", "["):
        return source.match[index] + 1
    while source.text(index) not in ("(", ";", ""):
        index += 1
    return index


def _is_namespace(source: Source, start: int, header_end: int) -> bool:
    words = [source.text(index) for index in range(start, min(header_end, start + 2))]
    return (
        words[:1] == ["namespace"]
        or words == ["inline", "namespace"]
        or (words[:1] == ["extern"] and '"' in words[-1])
    )


def _namespace_names(source: Source, start: int, header_end: int) -> tuple[str, ...]:
    names = [
        t.text
        for t in source.tokens[start:header_end]
        if t.kind == "name" and t.text not in ("inline", "namespace")
    ]
    return tuple(names) or ("",)


def record_keyword(source: Source, start: int, header_end: int) -> int | None:
    """Return the index of ``struct`` (or class, union, enum) if ``[start, header_end)`` defines or declares one."""
    index = start
    while index < header_end:
        text = source.text(index)
        if text == "template" and source.text(index + 1) == "<":
            index = source.close_angle(index + 1) or index
        elif source.is_attribute(index) or text in ("alignas", "__attribute__"):
            index = source.close(index if text == "[" else index + 1)
        elif text in RECORDS:
            named_type_of_function = _parameter_list(source, index, header_end) is not None
            return None if named_type_of_function else index
        elif text not in (
            "typedef",
            "constexpr",
            "const",
            "static",
            "constant",
            "device",
            "thread",
            "inline",
        ):
            return None
        index += 1
    return None


def _record_name(source: Source, record: int, header_end: int) -> str:
    index = record + 1
    while source.is_attribute(index) or source.text(index) in ("alignas", "__attribute__"):
        index = max(source.close(index if source.text(index) == "[" else index + 1), index) + 1
    return source.text(index) if index < header_end and source.tokens[index].kind == "name" else ""


def _parameter_list(source: Source, start: int, header_end: int) -> int | None:
    """Return the ``(`` of a function's parameters: the first one that follows a name and is no attribute's."""
    index = start
    while index < header_end:
        text = source.text(index)
        if text == "template" and source.text(index + 1) == "<":
            index = source.close_angle(index + 1) or index
        elif source.is_attribute(index) or text == "[":
            index = source.match[index]
        elif text in ("alignas", "__attribute__", "decltype", "requires") and source.text(index + 1) == "(":
            index = source.match[index + 1]
        elif text == "operator":
            index = _operator_name_end(source, index)
            return index if source.text(index) == "(" else None
        elif text == "=":
            return None
        elif text == "<":
            index = source.close_angle(index) or index
        elif text == "(":
            is_function = source.tokens[index - 1].kind == "name" or source.text(index - 1) == ">"
            return index if is_function else None
        index += 1
    return None


def _find(source: Source, index: int, end: int, text: str) -> int:
    while index < end and source.text(index) != text:
        index = (
            source.match[index] + 1
            if source.text(index) in ("(", "[", "{") and text != source.text(index)
            else index + 1
        )
    return index


def function_name(source: Source, declaration: Declaration) -> str:
    """Return the function's name; ``operator`` and its signs for an operator."""
    assert declaration.parameters is not None
    index = declaration.parameters - 1
    if source.text(index) == ">":  # explicit specialisation or instantiation: f<float>(...)
        depth = 0
        while index > declaration.start:
            depth += (source.text(index) == ">") - (source.text(index) == "<")
            index -= 1
            if depth == 0:
                break
    first = index
    while first > declaration.start and source.text(first) != "operator" and index - first < 3:
        first -= 1
    return source.join(first, index + 1) if source.text(first) == "operator" else source.text(index)
