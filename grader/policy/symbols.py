"""The findings in compiled objects: which functions an op needs, what it replaces, what runs when it is loaded.

An object needs what it calls by name, however the source spells it. Not seen: a function that is called by an address
that the op computes from another one's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from .rules import Forbids, Found, Pair

# functions of the system that measuring, memory or confinement rely on
# fmt: off
SYSTEM_FUNCTIONS = frozenset((
    "clock_gettime", "gettimeofday", "time", "clock", "nanosleep", "malloc", "free", "calloc", "realloc",
    "memcpy", "memset", "mmap", "munmap", "mprotect", "open", "openat", "read", "write", "close", "fork",
    "execve", "dlopen", "dlsym", "pthread_create", "sched_setaffinity", "getrusage", "syscall", "prctl",
    "sigaction", "signal", "abort", "exit", "_exit",
))
# fmt: on


@dataclass(frozen=True)
class Object:
    """One object file: names as they are demangled."""

    undefined: tuple[str, ...]
    defined: tuple[str, ...] = ()  # global and strong
    initialisers: int = 0  # functions that run when it is loaded
    is_binding: bool = False  # gives ops to Python


def look(objects: Mapping[str, Object], op: str, forbids: Forbids) -> list[Found]:
    """Return what the objects of one op need, or may need, that the task forbids; certain findings first.

    Args:
        objects: the submission's own, by the name of their source.
        op: the op's name; its object is that of `<op>.cpp`, with all whose functions it needs, and theirs. If there
            is no such file every object is the op's.
        forbids: what the task forbids.
    """
    reached = _reached(objects, op)
    found = [
        Found(name, 0, symbol, rule.certain and name in reached, f"needs {symbol}: {rule.reason}")
        for name, o in objects.items()
        for symbol in o.undefined
        for rule in forbids.symbols
        if means(symbol, rule.name) and not (o.is_binding and rule.in_bindings)
    ]
    for pair in forbids.symbol_pairs:
        found += _paired(objects, reached, pair, certain=_is_named(objects, op))
    for name, o in objects.items():
        if o.initialisers:
            found.append(
                Found(name, 0, "", False, f"runs code when it is loaded ({o.initialisers} functions)")
            )
        replaced = sorted(s for s in o.defined if s.startswith("mlx::core::") or s in SYSTEM_FUNCTIONS)
        found += [Found(name, 0, s, False, f"defines {s}, which MLX or the system has") for s in replaced]
    return sorted(set(found), key=lambda f: (not f.certain, f.file, f.name))


def means(symbol: str, name: str) -> bool:
    """Return whether a demangled symbol is what a rule names: the beginning of a C++ name, or a whole C name."""
    symbol = symbol.partition("@")[0]  # the version: "dlsym@GLIBC_2.34"
    if name.endswith(("(", "::", "_")) or "::" in name:
        return symbol.startswith(name)
    return symbol == name or symbol.startswith(name + "(")


def _is_named(objects: Mapping[str, Object], op: str) -> bool:
    return any(PurePosixPath(name).stem == op for name in objects)


def _reached(objects: Mapping[str, Object], op: str) -> set[str]:
    """Return the objects of an op: its own, and those that define what they need."""
    if not _is_named(objects, op):
        return set(objects)
    reached = {name for name in objects if PurePosixPath(name).stem == op}
    grown = True
    while grown:
        needed = {symbol for name in reached for symbol in objects[name].undefined}
        more = {name for name, o in objects.items() if needed.intersection(o.defined)} - reached
        reached, grown = reached | more, bool(more)
    return reached


def _paired(objects: Mapping[str, Object], reached: set[str], pair: Pair, certain: bool) -> list[Found]:
    def users(names: tuple[str, ...]) -> list[tuple[str, str]]:
        return [
            (n, s) for n in sorted(reached) for s in objects[n].undefined if any(means(s, m) for m in names)
        ]

    first, then = users(pair.first), users(pair.then)
    both = bool(first and then)
    return [
        Found(
            name,
            0,
            symbol,
            both and certain,
            f"needs {symbol}{f', then {then[0][1]}' if both else ''}: {pair.reason}",
        )
        for name, symbol in first
    ]
