"""Threadgroup variables: each declaration becomes a reference into the memory that a threadgroup shares.

A declaration that is not understood is refused: left alone it would silently become private to each thread.
"""

from __future__ import annotations

from collections.abc import Iterator

from .source import Source

STATEMENT_ENDS = frozenset({";", "{", "}", ":"})


def rewrite_threadgroup_variables(source: Source, start: int, end: int, first_id: int) -> int:
    """Rewrite the threadgroup variables of the function body ``[start, end)``.

    Args:
        source: The translation unit.
        start: Index of the body's ``{``.
        end: Index of its ``}``.
        first_id: Number of the first variable; every variable of a translation unit has its own.

    Returns:
        The next free number.

    Raises:
        SourceError: A threadgroup variable has an initialiser or is mixed with pointers.
    """
    for index in list(threadgroup_variables(source, start, end)):
        statement = _statement_start(source, index, start)
        specifiers_end = _specifiers_end(source, statement, end)
        first_id = _rewrite_declaration(source, statement, specifiers_end, first_id)
    return first_id


def threadgroup_variables(source: Source, start: int, end: int) -> Iterator[int]:
    """Yield where ``threadgroup`` declares a variable in the function body ``[start, end)``.

    Pointers and references into threadgroup memory are no such variables.

    Raises:
        SourceError: A declaration mixes variables with pointers.
    """
    index = start + 1
    while index < end:
        if source.text(index) == "threadgroup" and source.text(index - 1) not in ("::", ".", "->"):
            statement = _statement_start(source, index, start)
            specifiers_end = _specifiers_end(source, statement, end)
            if statement <= index < specifiers_end and not _inside_angles(source, statement, index):
                declaration_end = _declaration_end(source, specifiers_end)
                if source.text(specifiers_end) not in ("*", "&", "&&", "("):
                    yield index
                else:
                    _refuse_mixture(source, specifiers_end, declaration_end)
                index = declaration_end
        index += 1


def _declaration_end(source: Source, index: int) -> int:
    while source.text(index) != ";":
        if source.text(index) in ("(", "[", "{"):
            index = source.match[index]
        index += 1
    return index


def _statement_start(source: Source, index: int, floor: int) -> int:
    while (
        index > floor + 1
        and source.text(index - 1) not in STATEMENT_ENDS
        and source.tokens[index - 1].kind != "pragma"
    ):
        if source.text(index - 1) == "(":
            return len(source)  # a cast, a parameter or a for loop: pointers and references alone
        index = source.match[index - 1] if source.text(index - 1) in (")", "]") else index - 1
    return index


def _specifiers_end(source: Source, index: int, end: int) -> int:
    """Return the index behind the run of names, template arguments and attributes that starts a declaration."""
    if source.text(index) in ("typedef", "using", "return"):
        return index
    while index < end:
        text = source.text(index)
        if source.is_attribute(index):
            index = source.match[index]
        elif text in ("alignas", "decltype") and source.text(index + 1) == "(":
            index = source.match[index + 1]
        elif text == "<":
            close = source.close_angle(index)
            if close is None:
                return index
            index = close
        elif text != "::" and source.tokens[index].kind != "name":
            return index
        index += 1
    return end


def _inside_angles(source: Source, statement: int, index: int) -> bool:
    at = statement
    while at < index:
        if source.text(at) == "<":
            close = source.close_angle(at)
            if close is not None and close > index:
                return True
            at = close or at
        at += 1
    return False


def _rewrite_declaration(source: Source, start: int, specifiers_end: int, first_id: int) -> int:
    end = _declaration_end(source, specifiers_end)
    name = specifiers_end - 1
    type_text = _type_text(source, start, name)
    line = source.tokens[name].line
    variables = []
    for declarator, behind in source.split(name, end):
        variables.append(_variable(source, declarator, behind, type_text, first_id, line))
        first_id += 1
    source.replace(start, end + 1, " ".join(variables))
    return first_id


def _refuse_mixture(source: Source, start: int, end: int) -> None:
    """Refuse ``threadgroup float *p = x, y[4];``: a pointer and a variable in one declaration."""
    for declarator, _ in source.split(start, end)[1:]:
        if source.text(declarator) not in ("*", "&", "&&", "("):
            sentence = (
                "This declares a pointer and a threadgroup variable at once, which is not taken apart here."
            )
            raise source.refuse(
                declarator, "threadgroup-variable", sentence, "Give each a declaration of its own."
            )


def _type_text(source: Source, start: int, name: int) -> str:
    for index in range(start, name):
        text = source.text(index)
        if text in ("threadgroup", "static", "const", "alignas") or source.is_attribute(index):
            last = index
            if text == "alignas":
                last = source.match[index + 1]
            elif text == "[":
                last = source.match[index]
            source.erase(index, last + 1)
    return source.join(start, name)


def _variable(source: Source, start: int, end: int, type_text: str, number: int, line: int) -> str:
    name = source.text(start)
    bounds = ""
    index = start + 1
    while index < end:
        if source.is_attribute(index):
            index = source.match[index] + 1
            continue
        if source.text(index) != "[":
            sentence = f"The threadgroup variable `{name}` has an initialiser, which Metal does not allow."
            cure = "Let the threads set it, then call threadgroup_barrier(mem_flags::mem_threadgroup)."
            raise source.refuse(index, "threadgroup-initialiser", sentence, cure)
        bounds += source.join(index, source.match[index] + 1)
        index = source.match[index] + 1
    return f'auto& {name} = msim::threadgroup_variable<{type_text} {bounds}, {number}>("{name}", {line});'
