"""Kernel functions: their parameters, attributes and explicit instantiations, read from the token list.

It knows Metal's rules for kernel signatures, and nothing about how a launch is carried out.
"""

from __future__ import annotations

import ast
import dataclasses
import re

from .attributes import (
    ADDRESS_SPACES,
    HARMLESS,
    Attribute,
    attribute_spans,
    read_attributes,
)
from .declarations import Declaration, function_name
from .parameters import Parameter, read_parameters
from .source import Source

MAX_THREADS = "msim_max_total_threads_"
MANY = 1000  # template arguments: of a template that takes any number
OTHER_STAGES = frozenset(
    {"vertex", "fragment", "mesh", "object", "visible", "stitchable", "intersection", "patch"}
)


@dataclasses.dataclass(frozen=True)
class KernelFunction:
    """A kernel function or kernel template.

    Attributes:
        name: Name without namespaces.
        qualified: Name with namespaces, as C++ calls it.
        host_name: Name that the host asks for, where the definition gives one.
        parameters: Its parameters in order.
        max_total_threads: Number in ``max_total_threads_per_threadgroup``, 0 where there is none; the name of a
            constant beside the kernel where it is an expression.
        is_template: Whether only its explicit instantiations can be launched.
        template_arguments: The least and the most arguments that the template takes.
        file: File of the definition.
        line: Line of the definition.
    """

    name: str
    qualified: str
    host_name: str | None
    parameters: tuple[Parameter, ...]
    max_total_threads: int | str
    is_template: bool
    template_arguments: tuple[int, int]
    file: str
    line: int


@dataclasses.dataclass(frozen=True)
class Instance:
    """An explicit instantiation ``template [[host_name("name")]] ... expression;``."""

    host_name: str
    expression: str
    file: str
    line: int


def is_kernel(source: Source, declaration: Declaration) -> bool:
    """Tell whether a function is marked ``kernel`` or ``[[kernel]]``."""
    assert declaration.parameters is not None
    for index in range(declaration.start, declaration.parameters):
        if source.text(index) == "kernel" and source.text(index - 1) != "::":
            return True
    return False


def read_kernel(source: Source, declaration: Declaration) -> KernelFunction:
    """Read the signature of a kernel and take its attributes out of the text.

    Raises:
        SourceError: The kernel has a parameter that compute kernels cannot have or that the simulator does not know.
    """
    assert declaration.parameters is not None
    name = function_name(source, declaration)
    head = _head_attributes(source, declaration)
    found = {attribute.name: attribute for attribute in head}
    max_total = found.get("max_total_threads_per_threadgroup")
    host = found.get("host_name")
    parameters = read_parameters(source, name, declaration.parameters)
    token = source.tokens[declaration.parameters - 1]
    kernel = KernelFunction(
        name=name,
        qualified="::".join(["", *filter(None, declaration.scope), name]),
        host_name=string_value(host.argument) if host else None,
        parameters=parameters,
        max_total_threads=_max_total_threads(
            source, declaration, name, max_total.argument if max_total else "0"
        ),
        is_template=source.text(declaration.start) == "template",
        template_arguments=_template_arguments(source, declaration),
        file=token.file,
        line=token.line,
    )
    _take_out_head(source, declaration)
    return kernel


def _template_arguments(source: Source, declaration: Declaration) -> tuple[int, int]:
    """Return how many arguments a template takes, at least and at most; none for another function."""
    start = declaration.start
    close = source.close_angle(start + 1) if source.text(start) == "template" else None
    if close is None:
        return 0, 0
    parts = [[source.text(index) for index in range(*part)] for part in source.split(start + 2, close)]
    is_open = any("..." in words for words in parts)
    least = sum("=" not in words and "..." not in words for words in parts)
    return least, MANY if is_open else len(parts)


def _max_total_threads(source: Source, declaration: Declaration, name: str, expression: str) -> int | str:
    """Return the number, or write the expression, which may use template parameters, to a constant of its own."""
    if expression.isdigit():
        return int(expression)
    constant = f"{MAX_THREADS}{name}_{declaration.start}"  # templates of one name have one each
    if declaration.kind == "function":
        header = ""
        if source.text(declaration.start) == "template":
            header = source.join(
                declaration.start, (source.close_angle(declaration.start + 1) or declaration.start) + 1
            )
        last = declaration.end - 1
        source.edits[last] = f"{source.text(last)} {header} constexpr uint32_t {constant} = {expression};"
    return constant


def string_value(literals: str) -> str:
    """Return the value of one or several adjacent string literals."""
    return "".join(ast.literal_eval(literal) for literal in re.findall(r'"(?:\\.|[^"\\])*"', literals))


def _head_attributes(source: Source, declaration: Declaration) -> list[Attribute]:
    assert declaration.parameters is not None
    behind = source.match[declaration.parameters] + 1
    spans = attribute_spans(source, declaration.start, declaration.parameters)
    spans += attribute_spans(source, behind, declaration.header_end)
    attributes = [attribute for span in spans for attribute in read_attributes(source, span)]
    known = HARMLESS | {
        "kernel",
        "host_name",
        "max_total_threads_per_threadgroup",
        "required_threads_per_threadgroup",
    }
    for attribute in attributes:
        if attribute.name in OTHER_STAGES:
            raise _other_stage(source, attribute.start, attribute.name)
        if attribute.name not in known:
            sentence = f"The simulator does not know the attribute [[{attribute.name}]] of a kernel."
            raise source.refuse(attribute.start, "unknown-attribute", sentence)
    return attributes


def _other_stage(source: Source, index: int, stage: str) -> Exception:
    sentence = (
        f"`{stage}` functions belong to other stages of the GPU; the simulator runs compute kernels alone."
    )
    return source.refuse(
        index, "not-a-kernel", sentence, "Mark it `kernel`, or move it to a file of its own."
    )


def _take_out_head(source: Source, declaration: Declaration) -> None:
    assert declaration.parameters is not None
    behind = source.match[declaration.parameters] + 1
    for start, end in ((declaration.start, declaration.parameters), (behind, declaration.header_end)):
        for span in attribute_spans(source, start, end):
            source.erase(span, source.match[span] + 1)
    is_specialisation = (
        source.text(declaration.start) == "template" and source.text(declaration.start + 2) == ">"
    )
    first = declaration.start
    if source.text(first) == "template":
        first = (source.close_angle(first + 1) or first) + 1
    for index in range(first, declaration.parameters):
        if source.text(index) in ("kernel", "static", "inline"):
            source.edits[index] = ""
    if not is_specialisation:  # a kernel that nobody asks for is not compiled
        source.edits[first] = f"static {source.edits.get(first, source.text(first))}"


def read_instance(source: Source, declaration: Declaration) -> Instance | None:
    """Read ``template [[host_name("x")]] [[kernel]] void f<float>(...);`` or the same with decltype.

    Returns:
        The instance, with its text taken out of the source; None if the declaration is no such line.
    """
    start = declaration.start
    if source.text(start) != "template" or source.text(start + 1) == "<":
        return None
    spans = attribute_spans(source, start, declaration.header_end)
    attributes = [attribute for span in spans for attribute in read_attributes(source, span)]
    host = next((attribute for attribute in attributes if attribute.name == "host_name"), None)
    if host is None:
        if any(source.text(index) == "kernel" for index in range(start, declaration.header_end)):
            sentence = "This explicit instantiation of a kernel has no name that the host could ask for."
            cure = 'Write [[host_name("name")]] behind `template`.'
            raise source.refuse(start, "instance", sentence, cure)
        return None
    token = source.tokens[start]
    end = declaration.parameters if declaration.parameters is not None else declaration.header_end
    expression = _instance_expression(source, start, end)
    if expression is None:
        raise source.refuse(
            start, "instance", "This explicit instantiation names no kernel with template arguments."
        )
    scope = "::".join(filter(None, declaration.scope))
    source.erase(start, declaration.end)
    qualified = f"::{scope}::{expression}" if scope and not expression.startswith("::") else expression
    return Instance(string_value(host.argument), qualified, token.file, token.line)


def _instance_expression(source: Source, start: int, end: int) -> str | None:
    """Return ``f<float, 4>`` at the end of ``[start, end)``, address spaces taken out."""
    index = end - 1
    while source.is_attribute(source.match.get(index, -2)):
        index = source.match[index] - 1
    last = index
    if source.text(index) == ">":
        depth = 0
        while index > start:
            if source.text(index) in (")", "]", "}"):
                index = source.match[index]
            depth += (source.text(index) == ">") - (source.text(index) == "<")
            index -= 1
            if depth == 0:
                break
    while source.text(index - 1) == "::":
        index -= 2
    if source.tokens[index].kind != "name" or index <= start:
        return None
    for inside in range(index, last + 1):
        if source.text(inside) in ADDRESS_SPACES:
            source.edits[inside] = "const" if source.text(inside) == "constant" else ""
    return source.join(index, last + 1)
