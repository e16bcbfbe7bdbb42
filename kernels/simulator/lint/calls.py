"""Recursion, which Metal does not have: cycles in the graph of calls between a submission's functions.

A call is told by name and number of arguments. Where several functions fit, or one of Metal's own might, nothing is
told, because types are not looked at; the runtime reports a stack that overflows.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator

from ..errors import Finding
from ..toolchain import INCLUDE
from ..translator.declarations import Declaration, function_name
from ..translator.source import Source

_MANY = 1000  # arguments: of a function that takes any number
# how the simulator's headers declare Metal's functions, by hand or by a macro that takes the name
_DECLARED = re.compile(r"^(?:MSIM_CONVERGENT )?(?:METAL_FUNC|MSIM_INLINE) [^()=;]*?\b(\w+)\(", re.MULTILINE)
_BY_MACRO = re.compile(r"^MSIM_[A-Z0-9_]+\(([a-z]\w*)[,)]", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class _Function:
    declaration: Declaration
    name: str
    least: int  # arguments
    most: int


def check_recursion(source: Source, outline: list[Declaration]) -> Iterator[Finding]:
    """Yield a finding for every function that can call itself, directly or through others."""
    by_name: dict[str, list[_Function]] = {}
    for declaration in outline:
        if declaration.kind == "function":
            function = _read(source, declaration)
            by_name.setdefault(function.name, []).append(function)
    every = [function for functions in by_name.values() for function in functions]
    calls = {function: list(_calls(source, function, by_name)) for function in every}
    for function in every:
        path = _path_back(calls, function)
        if path:
            assert function.declaration.parameters is not None
            token = source.tokens[function.declaration.parameters - 1]
            names = [called.name for called in path]
            through = f" through `{'`, `'.join(names)}`" if len(names) > 1 else ""
            sentence = f"`{function.name}` calls itself{through}; Metal has no recursion."
            yield Finding(token.file, token.line, "recursion", sentence, "Use a loop.")


def _read(source: Source, declaration: Declaration) -> _Function:
    assert declaration.parameters is not None
    parts = source.split(declaration.parameters + 1, source.match[declaration.parameters])
    texts = [[source.text(index) for index in range(*part)] for part in parts]
    if texts == [["void"]]:
        texts = []
    least = sum("=" not in words and "..." not in words for words in texts)
    most = _MANY if any("..." in words for words in texts) else len(texts)
    return _Function(declaration, function_name(source, declaration), least, most)


def _calls(source: Source, function: _Function, by_name: dict[str, list[_Function]]) -> Iterator[_Function]:
    """Yield the functions that a body certainly calls."""
    start = function.declaration.header_end
    for index in range(start, source.match[start]):
        if source.tokens[index].kind != "name" or source.text(index) not in by_name:
            continue
        if source.text(index + 1) != "(" or _declares(source, index):
            continue
        called = _called(source, index, function, by_name[source.text(index)])
        if called is not None:
            yield called


def _called(source: Source, index: int, caller: _Function, functions: list[_Function]) -> _Function | None:
    """Return the function that the call at ``index`` names, None if that takes more than counting."""
    before = source.text(index - 1)
    own = [
        f for f in functions if f.declaration.in_record and f.declaration.scope == caller.declaration.scope
    ]
    if before in (".", "->"):
        functions = [function for function in functions if function.declaration.in_record]
    elif own and before != "::":  # members hide all other functions of their name
        functions = own
    elif source.text(index) in _metals():
        return None
    arguments = source.split(index + 2, source.match[index + 1])
    if not any(source.text(at) == "..." for at in range(index + 2, source.match[index + 1])):
        functions = [f for f in functions if f.least <= len(arguments) <= f.most]
    return functions[0] if len(functions) == 1 else None


@functools.cache
def _metals() -> frozenset[str]:
    """Return the names of Metal's own functions, which a submission may overload and call."""
    text = "\n".join(path.read_text() for path in sorted((INCLUDE / "simulator").glob("*.h")))
    names = {*_DECLARED.findall(text), *_BY_MACRO.findall(text)}
    return frozenset(f"{prefix}{name}" for name in names for prefix in ("", "simd_", "quad_"))


def _declares(source: Source, index: int) -> bool:
    """Tell ``type name(`` from a call."""
    before = source.tokens[index - 1]
    return before.kind == "name" and before.text not in ("return", "else", "do", "case")


def _path_back(calls: dict[_Function, list[_Function]], function: _Function) -> list[_Function]:
    """Return the functions on a way from ``function`` back to itself, itself last; empty where there is none."""
    waiting: list[tuple[_Function, list[_Function]]] = [(function, [])]
    seen: set[_Function] = set()
    while waiting:
        current, path = waiting.pop()
        for called in calls.get(current, ()):
            if called == function:
                return [*path, function]
            if called not in seen:
                seen.add(called)
                waiting.append((called, [*path, called]))
    return []
