"""Compiles units and links objects in the build sandbox, with everything kept by content. Runs in the grader."""

from __future__ import annotations

import functools
import json
import platform
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import CannotJudge

from . import build_messages as messages
from .build_cache import Cache
from .build_process import Ended, Limits, run
from .build_units import Unit

if TYPE_CHECKING:
    from kernels.recipe import Recipe

JOBS = 2
WALL_S = (
    600.0  # for a whole build: CPU time per file is the bound that counts, whatever else the machine does
)
_NOT_FOUND = ("No such file", "file not found", "Permission denied")


@dataclass(frozen=True)
class Compiled:
    """What came out of a unit: an object, or the errors."""

    unit: Unit
    key: str
    object: Path | None
    errors: str = ""
    ran_out: bool = False  # of a limit: with fewer flags it would again


class Compiler:
    """One build: a deadline, a cache, and a place for temporary files.

    Args:
        recipe: Command lines.
        cache: Where objects are kept.
        unsafe: Go on although a required layer of the sandbox is missing.
        wall_s: For all of it.
    """

    def __init__(self, recipe: Recipe, cache: Cache, unsafe: bool = False, wall_s: float = WALL_S) -> None:
        self._recipe, self._cache, self._unsafe = recipe, cache, unsafe
        self._deadline = time.monotonic() + wall_s
        self._wall_s = wall_s

    def compile_all(self, units: Sequence[Unit]) -> list[Compiled]:
        """Compile units, some at a time, in their order.

        Raises:
            CannotJudge: no verdict about the submission is possible.
        """
        with ThreadPoolExecutor(JOBS) as pool:
            return list(pool.map(self.compile, units))

    def compile(self, unit: Unit) -> Compiled:
        """Compile one unit, or take it from the cache; errors are kept too."""
        key = unit.key(self._recipe)
        with self._cache.locked(key):
            done = self._known(unit, key)
            if done is None:
                done = self._compiled(unit, key)
        if done.object is None and unit.more and any(words in done.errors for words in _NOT_FOUND):
            return replace(self.compile(replace(unit, files=unit.more, more={})), unit=unit)
        if done.object is None and unit.role in ("support", "module"):
            raise CannotJudge(f"the kernels' toolchain does not compile: {unit.name}: {done.errors}")
        return done

    def link(
        self, objects: Mapping[str, Path], name: str, libraries: Sequence[str], options: Sequence[str] = ()
    ) -> tuple[Path | None, str, str]:
        """Link objects and return the module (to be moved or removed), what the linker said, and nm's list.

        Args:
            objects: Unit's name -> object.
            name: File name of the module.
            libraries: After the objects.
            options: Besides the recipe's.
        """
        with self._place({f"{i}.o": path.read_bytes() for i, path in enumerate(objects.values())}) as place:
            listed = [f"{i}.o" for i in range(len(objects))]
            recipe = self._recipe
            line = [recipe.compiler, *recipe.link, *options, "-o", f"../out/{name}", *listed, *libraries]
            ended = self._run(line, place)
            made = place / "out" / name
            said = ended.log
            for number, unit in enumerate(objects):
                said = said.replace(f"{number}.o:", f"{unit}:")
            if ended.at_fault:
                raise CannotJudge(f"the kernels cannot be linked: {ended.at_fault}")
            if not ended.ok or not made.is_file():
                return None, said or "the linker failed", ""
            kept = self._cache.put(uuid.uuid4().hex, f".{name}", made)
            if platform.system() == "Darwin":  # the linker itself refuses what nobody defines
                return kept, said, ""
            undefined = self._run([_nm(recipe), "-D", "--undefined-only", f"../out/{name}"], place)
            return kept, said, undefined.log

    def undefined_by(self, objects: Mapping[str, Path]) -> dict[str, set[str]]:
        """Return unit's name -> the symbols that its object needs."""
        found: dict[str, set[str]] = {}
        for name, path in objects.items():
            with self._place({"object.o": path.read_bytes()}) as place:
                log = self._run([_nm(self._recipe), "--undefined-only", "object.o"], place).log
            found[name] = set(symbols(log))
        return found

    def lines(self, module: Path, offsets: Sequence[int]) -> list[str]:
        """Return "file:line" for addresses in a module that has line numbers, inlined functions first."""
        with self._place({"module": module.read_bytes()}) as place:
            tool = _tool(self._recipe, "addr2line")
            line = [tool, "-i", "-e", "module", *(f"0x{offset:x}" for offset in offsets)]
            return self._run(line, place).log.split("\n")

    def _known(self, unit: Unit, key: str) -> Compiled | None:
        path = self._cache.get(key, ".o")
        if path is not None:
            return Compiled(unit, key, path)
        path = self._cache.get(key, ".json")
        if path is None:
            return None
        kept = json.loads(path.read_text())
        return Compiled(unit, key, None, kept["errors"], kept.get("ran_out", False))

    def _compiled(self, unit: Unit, key: str) -> Compiled:
        with self._place(unit.files) as place:
            here = f"-ffile-prefix-map={place / 'in'}=."  # no object depends on where it was made
            line = [self._recipe.compiler, *unit.flags, here, "-pipe", "-fdiagnostics-color=never", "-c"]
            ended = self._run([*line, unit.source, "-o", "../out/object.o"], place)
            made = place / "out" / "object.o"
            if ended.ok and made.is_file() and not made.is_symlink():
                return Compiled(unit, key, self._cache.put(key, ".o", made))
            text = self._errors(unit, ended)
        ran_out = bool(messages.ran_out(ended.log)) or not ended.in_time
        if ended.in_time and ended.status > 0:
            self._cache.put(key, ".json", json.dumps({"errors": text, "ran_out": ran_out}).encode())
        return Compiled(unit, key, None, text, ran_out)

    def _errors(self, unit: Unit, ended: Ended) -> str:
        limit = messages.ran_out(ended.log)
        if not ended.in_time:
            return f"{unit.name}: not compiled within {self._wall_s:g} s, the time for the whole build"
        if ended.at_fault:
            raise CannotJudge(f"the kernels cannot be built: {ended.at_fault}")
        if ended.status < 0 and not limit:
            raise CannotJudge(
                f"the kernels cannot be built: the compiler was ended by signal {-ended.status}"
            )
        return messages.errors(ended.log, {**unit.more, **unit.files}, limit and f"{unit.name}: {limit}")

    def _run(self, argv: Sequence[str], place: Path) -> Ended:
        left = max(0.1, self._deadline - time.monotonic())
        recipe = self._recipe
        limits = Limits(wall_s=left)
        return run(
            argv, place=place, reads=recipe.reads, runs=recipe.runs, limits=limits, unsafe=self._unsafe
        )

    @contextmanager
    def _place(self, files: Mapping[str, bytes]) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="grader-build-", ignore_cleanup_errors=True) as name:
            place = Path(name)
            place.chmod(0o755)
            (place / "in").mkdir(mode=0o755)
            for path, content in files.items():
                target = place / "in" / path
                target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
                target.write_bytes(content)
                target.chmod(0o444)
                for folder in target.relative_to(place / "in").parents:
                    (place / "in" / folder).chmod(0o755)  # whatever the umask
            yield place


def symbols(listing: str) -> Iterator[str]:
    """Yield the names that a listing of `nm` has as undefined; weak ones need no definition."""
    for line in listing.splitlines():
        kind, _, name = line.strip().partition(" ")
        if kind == "U":
            yield name


def unresolved(listing: str, recipe: Recipe, sanitized: bool) -> set[str]:
    """Return the symbols of a module's listing that neither Python, MLX nor a system library defines."""
    if not listing:
        return set()
    libraries = [recipe.mlx_library]
    if sanitized:  # they stand before the system's libraries, so that free() is theirs too
        from kernels.recipe import sanitizer_libraries

        libraries += sanitizer_libraries()
    known = frozenset().union(*(_exports(library, _nm(recipe)) for library in libraries))
    return {
        n for n in symbols(listing) if "@" not in n and not n.startswith(("Py", "_Py")) and n not in known
    }


@functools.lru_cache(maxsize=8)
def _exports(library: str, nm: str) -> frozenset[str]:
    done = subprocess.run([nm, "-D", "--defined-only", library], capture_output=True, text=True, check=False)
    return frozenset(line.split()[-1].partition("@")[0] for line in done.stdout.splitlines() if line)


def demangled(names: Sequence[str], recipe: Recipe) -> dict[str, str]:
    """Return mangled -> readable names of C++ symbols."""
    tool = next((path for path in recipe.runs if path.endswith("c++filt")), "")
    if not tool or not names:
        return {name: name for name in names}
    done = subprocess.run([tool], input="\n".join(names), capture_output=True, text=True, check=False)
    return dict(zip(names, done.stdout.splitlines(), strict=False))


def _nm(recipe: Recipe) -> str:
    return _tool(recipe, "nm")


def _tool(recipe: Recipe, name: str) -> str:
    found = next((path for path in recipe.runs if path.endswith(name)), "")
    if not found:
        raise CannotJudge(f"{name}, which comes with the compiler, was not found")
    return found
