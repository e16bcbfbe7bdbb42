"""What can be asked of a finished build: the symbols that its module needs, and the same module with one op sabotaged.

A module in which the op throws, and a submission whose answers stay the same: then the op does not run. Runs in the
grader; only links, from the objects in the cache.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from grader.errors import CannotJudge

from .build import Built, toolchain
from .build_cache import Cache
from .build_compile import Compiler, demangled
from .build_units import OURS, Unit

WORDS = "sabotaged by the grader"
_THROWER = f"""#include <stdexcept>
extern "C" [[noreturn]] __attribute__((visibility("default"))) void kernels_sabotaged() {{
  throw std::runtime_error("{WORDS}");
}}
"""


def sabotaged(built: Built, op: str, target: Path, cache: Path, *, unsafe: bool = False) -> Built | None:
    """Link a build again such that the op, as the bindings call it, throws `WORDS`.

    Args:
        built: From `build`, with objects.
        op: The op's name.
        target: A new folder for the module.
        cache: The one that `build` was given.
        unsafe: As for `build`.

    Returns:
        The build with the other module; None if the bindings do not call the op by a symbol, because it is defined in
        the same file or under another name.

    Raises:
        CannotJudge: the objects are not in the cache any more, or they do not link.
    """
    recipe, _ = toolchain(built.sanitized)
    kept = Cache(cache)
    compiler = Compiler(recipe, kept, unsafe)
    found = {name: kept.get(key, ".o") for name, key in built.objects.items()}
    objects = {name: path for name, path in found.items() if path is not None}
    if built.module is None or len(objects) < len(found):
        raise CannotJudge(f"the objects of {op} are not kept any more; build them again")
    symbol = _called(built, op, compiler, objects)
    if symbol is None:
        return None
    flags = tuple(flag for flag in recipe.flags if flag.startswith(("-f", "-std", "-O")))
    thrower = compiler.compile(
        Unit("sabotaged.cpp", "sabotaged.cpp", {"sabotaged.cpp": _THROWER.encode()}, flags, "support")
    )
    assert thrower.object is not None
    options = (f"-Wl,--wrap={symbol}", f"-Wl,--defsym=__wrap_{symbol}=kernels_sabotaged")
    name = built.module.name
    module, said, _ = compiler.link(
        {**objects, "sabotaged.cpp": thrower.object}, name, recipe.libraries, options
    )
    if module is None:
        raise CannotJudge(f"the module with {op} sabotaged does not link: {said[-300:]}")
    target.mkdir(mode=0o755)
    target.chmod(0o755)
    placed = Path(shutil.move(module, target / name))
    placed.chmod(0o444)
    return replace(built, module=placed)


def undefined_symbols(built: Built, cache: Path, *, unsafe: bool = False) -> list[str]:
    """Return the names that the submission's own objects need from elsewhere, readable and sorted.

    Raises:
        CannotJudge: the objects are not in the cache any more.
    """
    recipe, _ = toolchain(built.sanitized)
    kept = Cache(cache)
    objects = {}
    for name, key in built.objects.items():
        path = kept.get(key, ".o")
        if path is None:
            raise CannotJudge(f"the object of {name} is not kept any more; build it again")
        if built.folder is not None and (built.folder / name).is_file():
            objects[name] = path
    needed = set().union(*Compiler(recipe, kept, unsafe).undefined_by(objects).values())
    return sorted(set(demangled(sorted(needed), recipe).values()))


def _called(built: Built, op: str, compiler: Compiler, objects: dict[str, Path]) -> str | None:
    """Return the mangled name under which the bindings need an op."""
    assert built.module is not None
    is_ours = built.module.name.partition(".")[0] == OURS
    bindings = {n: p for n, p in objects.items() if n == f"bindings/{op}.cpp" or not is_ours}
    recipe, _ = toolchain(built.sanitized)
    for needed in compiler.undefined_by(bindings).values():
        words = demangled(sorted(needed), recipe)
        for symbol, text in words.items():
            if re.fullmatch(rf"(?:\w+::)*{re.escape(op)}", text.partition("(")[0]):
                return symbol
    return None


def source_lines(module: Path, cache: Path, offsets: Sequence[int]) -> list[str]:
    """Return "file:line" for addresses in a sanitized module, inlined functions first."""
    recipe, _ = toolchain(True)
    return Compiler(recipe, Cache(cache)).lines(module, offsets)


def preload() -> tuple[str, ...]:
    """Return the libraries that have to be in a worker before it loads a sanitized module.

    Raises:
        CannotJudge: the compiler has none.
    """
    from kernels.recipe import sanitizer_libraries

    found = sanitizer_libraries()
    if not found:
        raise CannotJudge("the compiler has no sanitizers to run kernels with: libasan.so was not found")
    return found
