"""The parameters of a kernel: buffers, threadgroup arguments and what a thread asks about itself."""

from __future__ import annotations

import dataclasses

from .attributes import (
    ADDRESS_SPACES,
    HARMLESS,
    INDICES,
    POSITIONS,
    SYNONYMS,
    Attribute,
    attribute_spans,
    read_attributes,
)
from .source import Source
from .vectors import ELEMENTS, VECTORS

SLOTS = 31  # buffers, and threadgroup arguments, that a kernel can have
INDEX_TYPES = frozenset({"uint", "ushort"})
POSITION_TYPES = frozenset({f"{element}{n}" for element in INDEX_TYPES for n in ("", 2, 3)})
KNOWN_TYPES = VECTORS | frozenset(ELEMENTS)


@dataclasses.dataclass(frozen=True)
class Parameter:
    """A parameter of a kernel.

    Attributes:
        kind: ``buffer``, ``threadgroup`` or ``builtin``.
        index: Index of the buffer or of the threadgroup argument, as text; name of the builtin otherwise.
        name: Name in the source.
        type: Type in the source, address space included.
        is_optional: Whether a function constant can leave the argument out.
    """

    kind: str
    index: str
    name: str
    type: str
    is_optional: bool


def read_parameters(source: Source, kernel: str, opener: int) -> tuple[Parameter, ...]:
    """Read the parameters between the ``(`` at ``opener`` and its ``)``, and take their attributes out of the text.

    Raises:
        SourceError: A parameter that compute kernels cannot have or that the simulator does not know.
    """
    parts = source.split(opener + 1, source.match[opener])
    if len(parts) == 1 and source.join(*parts[0]) == "void":
        return ()
    read = [_read_parameter(source, kernel, start, end) for start, end in parts]
    numbered = _number(read)
    _check_types(source, kernel, parts, numbered)
    _check_twice(source, kernel, parts, numbered)
    for start, end in parts:
        for span in attribute_spans(source, start, end):
            source.erase(span, source.match[span] + 1)
    return numbered


def _check_types(
    source: Source, kernel: str, parts: list[tuple[int, int]], parameters: tuple[Parameter, ...]
) -> None:
    for (start, _), parameter in zip(parts, parameters, strict=True):
        words = [word for word in parameter.type.split() if word not in ("const", "metal::")]
        if parameter.kind != "builtin" or len(words) != 1 or words[0] not in KNOWN_TYPES:
            continue
        allowed = POSITION_TYPES if parameter.index in POSITIONS else INDEX_TYPES
        if words[0] not in allowed:
            what = f"Parameter `{parameter.name}` of kernel `{kernel}`"
            sentence = f"{what} is {words[0]}, but [[{parameter.index}]] is unsigned"
            takes = (
                "uint or ushort, with up to three components"
                if allowed is POSITION_TYPES
                else "a uint or ushort"
            )
            raise source.refuse(start, "builtin-type", f"{sentence}: {takes}.")


def _check_twice(
    source: Source, kernel: str, parts: list[tuple[int, int]], parameters: tuple[Parameter, ...]
) -> None:
    seen: dict[tuple[str, str], Parameter] = {}
    for (start, _), parameter in zip(parts, parameters, strict=True):
        first = seen.setdefault((parameter.kind, parameter.index), parameter)
        if (
            first is not parameter
            and parameter.kind != "builtin"
            and not (first.is_optional and parameter.is_optional)
        ):
            both = f"`{first.name}` and `{parameter.name}` of kernel `{kernel}`"
            sentence = f"Parameters {both} are both [[{parameter.kind}({parameter.index})]]."
            raise source.refuse(start, "duplicate-index", sentence, "Give each an index of its own.")


def _number(parameters: list[Parameter]) -> tuple[Parameter, ...]:
    """Give arguments without an index the lowest free one of their kind, as Metal does."""
    used = {(p.kind, int(p.index)) for p in parameters if p.index.isdigit()}
    numbered = []
    for parameter in parameters:
        if not parameter.index:
            index = next(i for i in range(len(used) + 1) if (parameter.kind, i) not in used)
            used.add((parameter.kind, index))
            parameter = dataclasses.replace(parameter, index=str(index))
        numbered.append(parameter)
    return tuple(numbered)


def _read_parameter(source: Source, kernel: str, start: int, end: int) -> Parameter:
    spans = attribute_spans(source, start, end)
    attributes = [attribute for span in spans for attribute in read_attributes(source, span)]
    behind_name = _name_end(source, start, end)
    name = source.text(behind_name - 1)
    spelled = source.join(start, behind_name - 1)
    words = {source.text(index) for index in range(start, behind_name)}
    is_optional = any(attribute.name == "function_constant" for attribute in attributes)
    for attribute in attributes:
        builtin = SYNONYMS.get(attribute.name, attribute.name)
        if builtin in POSITIONS or builtin in INDICES:
            return Parameter("builtin", builtin, name, spelled, False)
        if attribute.name in ("buffer", "threadgroup"):
            _check_index(source, attribute, name)
            _check_address_space(source, kernel, start, name, attribute.name, words)
            return Parameter(attribute.name, attribute.argument, name, spelled, is_optional)
        if attribute.name not in HARMLESS | {"function_constant"}:
            sentence = (
                f"Parameter `{name}` of kernel `{kernel}`: the simulator does not know [[{attribute.name}]]."
            )
            raise source.refuse(attribute.start, "unknown-attribute", sentence)
    is_pointer = bool(words & {"*", "&"}) or source.text(behind_name) == "["
    if is_pointer and words & {"device", "constant"}:
        return Parameter("buffer", "", name, spelled, is_optional)
    if is_pointer and "threadgroup" in words:
        return Parameter("threadgroup", "", name, spelled, is_optional)
    sentence = f"Parameter `{name}` of kernel `{kernel}` says neither which buffer it is nor what the thread asks for."
    raise source.refuse(
        start, "kernel-parameter", sentence, "Give it [[buffer(n)]], [[thread_position_in_grid]] or the like."
    )


def _check_index(source: Source, attribute: Attribute, name: str) -> None:
    if attribute.argument.isdigit() and int(attribute.argument) >= SLOTS:
        sentence = (
            f"Parameter `{name}` has [[{attribute.name}({attribute.argument})]]; indices end at {SLOTS - 1}."
        )
        raise source.refuse(attribute.start, "kernel-parameter", sentence)


def _check_address_space(
    source: Source, kernel: str, start: int, name: str, kind: str, words: set[str]
) -> None:
    wanted = {"device", "constant"} if kind == "buffer" else {"threadgroup"}
    if not words & wanted:
        spaces = " or ".join(f"`{space}`" for space in sorted(wanted, reverse=True))
        sentence = (
            f"Parameter `{name}` of kernel `{kernel}` has [[{kind}(n)]] and must be in {spaces} memory."
        )
        raise source.refuse(start, "address-space", sentence)
    if not words & {"*", "&"}:
        sentence = (
            f"Parameter `{name}` of kernel `{kernel}` has [[{kind}(n)]] and must be a pointer or a reference."
        )
        raise source.refuse(start, "kernel-parameter", sentence)


def _name_end(source: Source, start: int, end: int) -> int:
    """Return the index behind the parameter's name."""
    index = behind = start
    while index < end:
        text = source.text(index)
        if text == "[":
            index = source.match[index]
        elif text == "<":
            index = source.close_angle(index) or index
        elif text == "=":
            break
        elif source.tokens[index].kind == "name" and text not in ADDRESS_SPACES:
            behind = index + 1
        index += 1
    return behind
