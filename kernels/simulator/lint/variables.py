"""Variables where Metal has none: globals outside constant memory, static locals, threadgroup ones in functions."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Finding
from ..translator.declarations import Declaration
from ..translator.kernels import is_kernel
from ..translator.source import Source
from ..translator.threadgroup import threadgroup_variables

NO_VARIABLE = frozenset(
    {
        "using",
        "typedef",
        "static_assert",
        "template",
        "friend",
        "namespace",
        "struct",
        "class",
        "enum",
        "union",
    }
)


def check_variables(source: Source, outline: list[Declaration]) -> Iterator[Finding]:
    """Yield a finding for every variable of ``outline`` that Metal does not allow where it stands."""
    for declaration in outline:
        if declaration.kind == "function":
            yield from _check_body(source, declaration)
        elif declaration.kind == "other" and declaration.parameters is None and not declaration.in_record:
            yield from _check_global(source, declaration)


def _check_global(source: Source, declaration: Declaration) -> Iterator[Finding]:
    words = [source.text(index) for index in range(declaration.start, declaration.header_end)]
    if len(words) < 2 or NO_VARIABLE & set(words[:2]) or "constant" in words or "friend" in words:
        return
    token = source.tokens[declaration.start]
    sentence = "A variable outside functions must be in the address space `constant`."
    certain = "constexpr" not in words
    yield Finding(
        token.file, token.line, "global-variable", sentence, "Write `constant` in front of its type.", certain
    )


def _check_body(source: Source, declaration: Declaration) -> Iterator[Finding]:
    start, end = declaration.header_end, source.match[declaration.header_end]
    if not is_kernel(source, declaration):
        for index in threadgroup_variables(source, start, end):
            token = source.tokens[index]
            sentence = "Threadgroup variables can be declared in kernels alone."
            cure = "Declare it in the kernel and pass a `threadgroup` pointer."
            yield Finding(token.file, token.line, "threadgroup-variable", sentence, cure)
    for index in range(start, end):
        if source.text(index) == "static" and source.text(index - 1) in (";", "{", "}"):
            words = _statement(source, index, end)
            if not {"constexpr", "constant"} & set(words):
                token = source.tokens[index]
                sentence = "Metal has no static variables in functions."
                yield Finding(
                    token.file, token.line, "static-local", sentence, "Use `constexpr` or a buffer."
                )


def _statement(source: Source, index: int, end: int) -> list[str]:
    words = []
    while index < end and source.text(index) not in (";", "="):
        words.append(source.text(index))
        index += 1
    return words
