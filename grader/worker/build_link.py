"""Puts the objects of a plan together, without those that cannot be linked. Runs in the grader.

What fails is taken out and the rest is linked again: a file with errors or with a symbol that nobody defines, and
every op that needs one. In the public course's layout one file names all ops, so there a function that is missing is
replaced by one that says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .build_compile import Compiled, Compiler, demangled, unresolved
from .build_messages import errors as readable
from .build_units import Plan, Unit

if TYPE_CHECKING:
    from kernels.recipe import Recipe

ROUNDS = 8
MODULE_AT = 2  # where the module's own source goes among the units: after the longest
DOES_NOT_COMPILE = "does not compile"
_IN_LINKER = re.compile(
    r"^(?:\S+/ld(?:\.\w+)?: )?(?P<unit>[\w./-]+):(?:\(.*?\):)?.*(?P<what>multiple definition of .*)$"
)


@dataclass(frozen=True)
class Linked:
    """A module, and what is not in it."""

    name: str
    module: Path | None
    missing: Mapping[str, str] = field(default_factory=dict)
    messages: Mapping[str, str] = field(default_factory=dict)
    objects: Mapping[str, str] = field(default_factory=dict)
    cpu_only: Mapping[str, str] = field(
        default_factory=dict
    )  # source -> why its part for the GPU is left out


def link(
    planned: Plan, ops: Sequence[str], compiler: Compiler, recipe: Recipe, toolchain: Path, sanitized: bool
) -> Linked:
    """Compile and link a plan.

    Args:
        planned: The units.
        ops: The ops that are asked for.
        compiler, recipe: How.
        toolchain: The folder of our module's source.
        sanitized: Symbols of the sanitizers are provided.

    Raises:
        CannotJudge: no verdict about the submission is possible.
    """
    job = _Job(planned, ops, compiler, recipe, toolchain, sanitized)
    return job.done()


class _Job:
    def __init__(
        self,
        planned: Plan,
        ops: Sequence[str],
        compiler: Compiler,
        recipe: Recipe,
        toolchain: Path,
        sanitized: bool,
    ) -> None:
        self._plan, self._ops, self._compiler, self._recipe = planned, ops, compiler, recipe
        self._toolchain, self._sanitized = toolchain, sanitized
        self._broken: dict[str, str] = {}  # unit -> why it is left out
        self._absent: dict[str, str] = {}  # mangled symbol of a binding -> readable
        self._results: dict[str, Compiled] = {}
        self._cpu_only: dict[str, str] = {}  # source -> why its part for the GPU is left out

    def done(self) -> Linked:
        """Return the module with everything that can be linked."""
        units = list(self._plan.units)
        if self._plan.is_ours:
            units.insert(MODULE_AT, self._module())
        for result in map(self._without_gpu, self._compiler.compile_all(units)):
            self._results[result.unit.name] = result
            if result.object is None:
                self._broken[result.unit.name] = result.errors
        name = self._plan.module + self._recipe.suffix
        module = None
        for _ in range(ROUNDS):
            if not self._linkable():
                break
            module = self._round(name)
            if module is not None:
                break
        missing, messages = self._missing()
        objects = {n: r.key for n, r in self._results.items() if n in self._objects()}
        return Linked(name, module, missing, messages, objects, self._cpu_only)

    def _without_gpu(self, result: Compiled) -> Compiled:
        """Compile a source that fails once more, without its part for the GPU."""
        if result.object is not None or not result.unit.without_gpu or result.ran_out:
            return result
        again = self._compiler.compile(replace(result.unit, flags=result.unit.without_gpu, without_gpu=()))
        if again.object is None:
            return result
        self._cpu_only[result.unit.name] = result.errors
        return again

    def _module(self) -> Unit:
        names = {unit.name for unit in self._plan.units if unit.role == "binding" and self._is_whole(unit)}
        return self._plan.module_unit([Path(name).stem for name in names], self._toolchain)

    def _is_whole(self, binding: Unit) -> bool:
        return binding.name not in self._broken and f"{Path(binding.name).stem}.cpp" not in self._broken

    def _linkable(self) -> bool:
        """Return whether there is a module at all: theirs is nothing without its own bindings."""
        return self._plan.is_ours or not any(
            unit.role == "binding" and unit.name in self._broken for unit in self._plan.units
        )

    def _objects(self) -> dict[str, Path]:
        out: dict[str, Path] = {}
        for name, result in self._results.items():
            left_out = name in self._broken or (
                self._plan.is_ours and result.unit.role == "binding" and not self._is_whole(result.unit)
            )
            if result.object is not None and not left_out:
                out[name] = result.object
        return out

    def _round(self, name: str) -> Path | None:
        """Link once; return the module, or None after taking out what stands against it."""
        if self._plan.is_ours:
            self._results["module.cpp"] = self._compiler.compile(self._module())
        objects = self._objects()
        options: list[str] = []
        if self._absent:
            thrower = self._compiler.compile(_thrower(self._absent, self._plan.flags))
            assert thrower.object is not None
            objects["missing.cpp"] = thrower.object
            options = [f"-Wl,--defsym={symbol}=kernels_missing_{i}" for i, symbol in enumerate(self._absent)]
        module, said, listing = self._compiler.link(objects, name, self._recipe.libraries, options)
        if module is None:
            if not self._take_out_doubles(said):
                self._give_up(said)
            return None
        lost = unresolved(listing, self._recipe, self._sanitized)
        if not lost:
            return module
        module.unlink()
        self._take_out(lost, objects)
        return None

    def _take_out(self, lost: set[str], objects: Mapping[str, Path]) -> None:
        """Leave out the sources that need a symbol which nobody defines; note what bindings need."""
        words = demangled(sorted(lost), self._recipe)
        found = False
        for unit, needed in self._compiler.undefined_by(objects).items():
            result = self._results.get(unit)
            for symbol in sorted(needed & lost):
                text = words[symbol]
                if result is not None and result.unit.role == "binding" and not self._plan.is_ours:
                    self._absent[symbol] = text
                elif result is not None and result.unit.role == "binding":
                    owner = f"{Path(unit).stem}.cpp"
                    self._broken.setdefault(owner, f"{owner}: error: {text} is declared and not defined")
                elif result is not None and result.unit.role == "source":
                    self._broken.setdefault(unit, f"{unit}: error: undefined reference to {text}")
                else:
                    continue
                found = True
        if not found:
            self._give_up(f"undefined reference to {', '.join(sorted(words.values())[:3])}")

    def _take_out_doubles(self, said: str) -> bool:
        found = False
        for line in said.splitlines():
            match = _IN_LINKER.match(line)
            result = self._results.get(match["unit"]) if match else None
            if match and result is not None and result.unit.role == "source":
                text = match["what"].partition("; ")[0].replace("`", "'")
                self._broken.setdefault(match["unit"], f"{match['unit']}: error: {text}")
                found = True
        return found

    def _give_up(self, said: str) -> None:
        """Leave out every source: the linker refuses, and does not say whose fault it is."""
        text = readable(said, {}, "")
        for unit in self._plan.units:
            if unit.role in ("source", "binding"):
                self._broken.setdefault(unit.name, f"the kernels do not link: {text}")

    def _missing(self) -> tuple[dict[str, str], dict[str, str]]:
        missing: dict[str, str] = {}
        messages: dict[str, str] = {}
        for op in self._ops:
            why = self._why_ours(op) if self._plan.is_ours else self._why_theirs(op)
            if why:
                there = self._plan.is_ours is False or f"{op}.cpp" in self._plan.files
                missing[op] = DOES_NOT_COMPILE if there else f"is not built: there is no {op}.cpp"
                messages[op] = why
        return missing, messages

    def _why_ours(self, op: str) -> str:
        if f"{op}.cpp" not in self._plan.files:
            return f"there is no {op}.cpp in the folder of kernels"
        own = self._broken.get(f"{op}.cpp") or self._broken.get(f"bindings/{op}.cpp") or ""
        if "undefined reference" in own:  # by a file that does not compile: that is what has to be mended
            others = [text for unit, text in self._broken.items() if unit != f"{op}.cpp"]
            return "\n".join([own, *others])
        return own

    def _why_theirs(self, op: str) -> str:
        bindings = [unit.name for unit in self._plan.units if unit.role == "binding"]
        failed = [self._broken[name] for name in bindings if name in self._broken]
        if failed:
            return "\n".join([*failed, *(t for u, t in self._broken.items() if u not in bindings)])
        if not any(
            re.search(rf"\b{re.escape(op)}\b", text.partition("(")[0]) for text in self._absent.values()
        ):
            return ""
        near = [text for unit, text in self._broken.items() if op in unit] or list(self._broken.values())
        return "\n".join(near) or f"{op} is declared and not defined"


def _thrower(absent: Mapping[str, str], flags: tuple[str, ...]) -> Unit:
    lines = ["#include <stdexcept>"]
    for number, text in enumerate(absent.values()):
        op = re.sub(r"\W", "", text.partition("(")[0].rpartition("::")[2]) or "a function"
        lines.append(
            f'extern "C" [[noreturn]] __attribute__((visibility("default"))) void kernels_missing_{number}() {{'
        )
        lines.append(f'  throw std::runtime_error("{op} {DOES_NOT_COMPILE}");')
        lines.append("}")
    kept = tuple(flag for flag in flags if flag.startswith(("-f", "-std", "-O")))
    return Unit(
        "missing.cpp", "missing.cpp", {"missing.cpp": "\n".join(lines).encode() + b"\n"}, kept, "support"
    )
