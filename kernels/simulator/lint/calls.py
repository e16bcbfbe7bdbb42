"""Recursion, which Metal does not have: cycles in the graph of calls between a submission's functions.

Calls are told by name. Functions that share a name are left out, because the lint does not resolve overloads; the
runtime reports a stack that overflows.
"""

from __future__ import annotations

import collections
from collections.abc import Iterator

from ..errors import Finding
from ..translator.declarations import Declaration, function_name
from ..translator.source import Source


def check_recursion(source: Source, outline: list[Declaration]) -> Iterator[Finding]:
    """Yield a finding for every function that can call itself, directly or through others."""
    functions = [declaration for declaration in outline if declaration.kind == "function"]
    names = collections.Counter(function_name(source, function) for function in functions)
    unique = {name: f for f in functions if names[name := function_name(source, f)] == 1}
    calls = {name: _calls(source, function, unique) for name, function in unique.items()}
    for name, function in unique.items():
        path = _path_back(calls, name)
        if path:
            assert function.parameters is not None
            token = source.tokens[function.parameters - 1]
            through = f" through `{'`, `'.join(path)}`" if len(path) > 1 else ""
            sentence = f"`{name}` calls itself{through}; Metal has no recursion."
            yield Finding(token.file, token.line, "recursion", sentence, "Use a loop.")


def _calls(source: Source, function: Declaration, unique: dict[str, Declaration]) -> list[str]:
    found = []
    for index in range(function.header_end, source.match[function.header_end]):
        name = source.text(index)
        if name not in unique or source.tokens[index].kind != "name":
            continue
        is_through_object = source.text(index - 1) in (".", "->")
        if is_through_object and not unique[name].in_record:
            continue
        if source.text(index + 1) == "(" and not _declares(source, index):
            found.append(name)
    return found


def _declares(source: Source, index: int) -> bool:
    """Tell ``type name(`` from a call."""
    before = source.tokens[index - 1]
    return before.kind == "name" and before.text not in ("return", "else", "do", "case")


def _path_back(calls: dict[str, list[str]], name: str) -> list[str]:
    """Return the functions on a way from ``name`` back to itself, itself last; empty where there is none."""
    waiting = [(name, [])]  # type: list[tuple[str, list[str]]]
    seen: set[str] = set()
    while waiting:
        current, path = waiting.pop()
        for called in calls.get(current, ()):
            if called == name:
                return [*path, name]
            if called not in seen:
                seen.add(called)
                waiting.append((called, [*path, called]))
    return []
