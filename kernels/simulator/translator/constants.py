"""Function constants: values that the host sets before a kernel runs.

They are plain variables here, registered with the runtime. A global constant whose value depends on one is
computed again before each thread, because the host sets function constants after the library is loaded.
"""

from __future__ import annotations

import dataclasses
import json

from .attributes import attribute_spans, read_attributes
from .declarations import Declaration
from .source import Source

PREPARE = "msim_prepare_constants"


@dataclasses.dataclass(frozen=True)
class _Constant:
    name: str
    qualified: str
    expression: str


def rewrite_function_constants(source: Source, outline: list[Declaration]) -> str | None:
    """Rewrite function constants and what depends on them.

    Returns:
        Name of the function that computes the dependent constants, or None where there is none.

    Raises:
        SourceError: A function constant that the simulator does not understand.
    """
    constants: set[str] = set()
    dependent: list[_Constant] = []
    last = None
    for declaration in outline:
        if declaration.kind != "other" or declaration.in_record or declaration.parameters is not None:
            continue
        if index := _function_constant(source, declaration):
            constants.add(_declare(source, declaration, index))
        elif constants and (derived := _derived(source, declaration, constants)):
            constants.add(derived.name)
            dependent.append(derived)
            last = declaration
    _rewrite_queries(source)
    if last is None:
        return None
    assignments = " ".join(f"{c.qualified} = {c.expression};" for c in dependent)
    text = f"MSIM_NOT_CHECKED static void {PREPARE}() {{ {assignments} }}"
    close = "}" * len(last.scope)
    reopen = " ".join(f"namespace {name} {{" for name in last.scope)
    end = last.end - 1
    source.edits[end] = f"{source.edits.get(end, ';')} {close} {text} {reopen}"
    return f"::{PREPARE}"


def _function_constant(source: Source, declaration: Declaration) -> str | None:
    for span in attribute_spans(source, declaration.start, declaration.end):
        for attribute in read_attributes(source, span):
            if attribute.name == "function_constant":
                return attribute.argument
    return None


def _declare(source: Source, declaration: Declaration, index: str) -> str:
    span = attribute_spans(source, declaration.start, declaration.end)[0]
    words = [
        i
        for i in range(declaration.start, span)
        if source.text(i) not in ("static", "constant", "constexpr", "const")
    ]
    if source.text(source.match[span] + 1) != ";" or len(words) < 2:
        sentence = "The simulator takes a function constant only as `constant type name [[function_constant(index)]];`."
        raise source.refuse(declaration.start, "function-constant", sentence)
    name = source.text(words[-1])
    type_text = source.join(words[0], words[-1])
    qualified = "::".join(["", *filter(None, declaration.scope), name])
    defined = f"msim_is_defined_{name}"
    source.replace(
        declaration.start,
        declaration.end,
        f"static {type_text} {name}; static bool {defined}; static msim::function_constant msim_registration_{name}"
        f"({index}, &{name}, sizeof({name}), {json.dumps(name)}, {json.dumps(type_text)}, &{defined});",
    )
    del qualified
    return name


def _derived(source: Source, declaration: Declaration, constants: set[str]) -> _Constant | None:
    start, end = declaration.start, declaration.end - 1
    equal = next((i for i in range(start, end) if source.text(i) == "="), end)
    words = [
        i for i in range(start, equal) if source.text(i) not in ("static", "constant", "constexpr", "const")
    ]
    uses = any(source.text(i) in constants for i in range(equal, end))
    if equal == end or not uses or len(words) < 2 or source.text(start) in ("template", "using", "typedef"):
        return None
    _rewrite_queries(source, equal, end)
    name = source.text(words[-1])
    expression = source.join(equal + 1, end)
    source.replace(start, declaration.end, f"static {source.join(words[0], words[-1])} {name};")
    source.edits[declaration.end - 1] = ""
    scope = "::".join(filter(None, declaration.scope))
    return _Constant(name, f"{scope}::{name}" if scope else name, expression)


def _rewrite_queries(source: Source, start: int = 0, end: int | None = None) -> None:
    """Rewrite ``is_function_constant_defined(name)``."""
    for index in range(start, len(source) if end is None else end):
        if (
            source.text(index) == "is_function_constant_defined"
            and source.text(index + 1) == "("
            and index not in source.edits
        ):
            close = source.match[index + 1]
            name = close - 1
            source.replace(
                index, close + 1, source.join(index + 2, name) + f"msim_is_defined_{source.text(name)}"
            )
