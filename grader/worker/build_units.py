"""What has to be compiled for a folder of kernels: one unit per source file, each with just the files that it can see.

Two layouts. Ours: `<op>.cpp` and `<op>.h`, the bindings are the toolchain's. The public course's: the folder has a
file with `NB_MODULE(name, m)`, all its `.cpp` files belong to that module. Build files of a submission are not looked
at. Runs nothing; treats every file as hostile text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernels.recipe import Recipe

OURS = "kernels"
KINDS = frozenset({".cpp", ".h", ".hpp", ".metal"})
_MODULE = re.compile(rb"^[ \t]*NB_MODULE\s*\(\s*([A-Za-z_]\w*)\s*,", re.MULTILINE)
# a directive whose argument is computed: then nobody can tell which file it will name
_COMPUTED = re.compile(
    rb"(?:#\s*(?:include|include_next|import|embed)|__has_(?:include|embed)\s*\()\s*(?![\s\"<])(\w*)"
)
_KNOWN_COMPUTED = (b"KERNELS_FILE", b"")
_WIDE = "KERNELS_ONLY_"
# of `kernels.recipe`: without them there is no GPU for a source; the second ones on a Mac
_GPU_FLAGS = (("-include", "simulated_gpu.h"), ("-D_METAL_",))
# folders whose names begin the toolchain's, MLX's and nanobind's own includes: found first, if they were there
_OF_OTHERS = frozenset({"kernels", "mlx", "nanobind", "generated"})


@dataclass(frozen=True)
class Unit:
    """One call of the compiler."""

    name: str  # for messages and for the linker: "quantized_matmul.cpp"
    source: str  # relative to the folder of `files`, or absolute in the toolchain
    files: Mapping[str, bytes]  # what it can see of the submission, by path
    flags: tuple[str, ...]  # all but the files
    role: str  # "source" (the submission's), "binding", "support", "module"
    more: Mapping[str, bytes] = field(default_factory=dict)  # seen at a second try, if a file was not found
    without_gpu: tuple[str, ...] = ()  # flags of another try, that leaves the parts for the GPU out

    def key(self, recipe: Recipe) -> str:
        """Return the hash of everything that its object depends on."""
        digest = hashlib.sha256(recipe.digest.encode())
        for part in (self.source, *self.flags):
            digest.update(b"\0" + part.encode())
        for path in sorted(self.files):
            digest.update(b"\0\0%b\0%d\0" % (path.encode(), len(self.files[path])) + self.files[path])
        return digest.hexdigest()


@dataclass(frozen=True)
class Plan:
    """All units of a folder but that of our own module, which depends on the ops that compile."""

    module: str  # "kernels", or the name in NB_MODULE
    files: Mapping[str, bytes]
    units: tuple[Unit, ...]
    flags: tuple[str, ...]

    @property
    def is_ours(self) -> bool:
        """Whether the bindings are the toolchain's."""
        return self.module == OURS

    def module_unit(self, ops: Sequence[str], toolchain: Path) -> Unit:
        """Return the unit of `module.cpp` for a list of ops."""
        listed = "".join(f"OP({op})\n" for op in sorted(ops)).encode()
        flags = (*self.flags, "-Igenerated")
        return Unit(
            "module.cpp",
            str(toolchain / "module.cpp"),
            {"generated/kernels/ops.inc": listed},
            flags,
            "module",
        )


def plan(folder: Path, recipe: Recipe, toolchain: Path, quick: bool = False) -> Plan:
    """Return what to compile for a folder of a snapshot.

    Args:
        folder: The copied kernels.
        recipe: Command lines.
        toolchain: The folder of bindings and runtime.
        quick: Compile marked regions for this machine's widest instruction set only.
    """
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in KINDS and path.is_file()
    }
    only = (f"-D{_WIDE}{widest().upper()}",) if quick and widest() else ()
    names = {m.group(1).decode() for p, t in files.items() if p.endswith(".cpp") for m in _MODULE.finditer(t)}
    if names:
        planned = _theirs(sorted(names)[0], files, recipe.flags, toolchain, _support(recipe))
    else:
        planned = _ours(files, recipe.flags, only, toolchain, _support(recipe))
    return replace(planned, units=tuple(_with_fallback(unit) for unit in planned.units))


def _with_fallback(unit: Unit) -> Unit:
    """Let a source that does not compile for the GPU be tried without: its op keeps what it does on the CPU."""
    flags = unit.flags
    for left_out in _GPU_FLAGS:
        flags = tuple(_without(flags, left_out))
    return replace(unit, without_gpu=flags) if unit.role == "source" and flags != unit.flags else unit


def _without(flags: Sequence[str], left_out: Sequence[str]) -> Iterator[str]:
    """Yield flags without a sequence of them."""
    size, at = len(left_out), 0
    while at < len(flags):
        if size and tuple(flags[at : at + size]) == tuple(left_out):
            at += size
        else:
            yield flags[at]
            at += 1


def widest() -> str:
    """Return this machine's widest instruction set, as `runtime/cpu.cpp` finds it; empty where there is one only."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return ""
    flags = set(text.partition("\nflags")[2].partition("\n")[0].split())
    v3 = {"avx2", "fma", "f16c"} <= flags
    v4 = {"avx512f", "avx512bw", "avx512vl", "avx512dq", "avx512_vnni"} <= flags
    return "avx512" if v3 and v4 else "avx2" if v3 else ""


def _ours(
    files: Mapping[str, bytes],
    flags: tuple[str, ...],
    only: tuple[str, ...],
    toolchain: Path,
    support: list[Unit],
) -> Plan:
    # after the toolchain's and the system's: a header of the submission replaces none of theirs
    flags = (*flags, "-iquote", ".", "-idirafter", ".")
    files = {path: text for path, text in files.items() if path.partition("/")[0] not in _OF_OTHERS}
    sources = [path for path in files if path.endswith(".cpp") and "/" not in path]
    units = [_unit(path, path, files[path], files, (*flags, *only), "source") for path in sources]
    for binding in sorted((toolchain / "bindings").glob("*.cpp")):
        text, op = binding.read_bytes(), binding.stem
        if f"{op}.cpp" in files:
            units.append(_unit(f"bindings/{op}.cpp", str(binding), text, files, flags, "binding"))
        elif (toolchain / "ops" / f"{op}.cpp").is_file():  # the worked example is always there
            example = toolchain / "ops" / f"{op}.cpp"
            units.append(_unit(f"bindings/{op}.cpp", str(binding), text, {}, flags, "binding"))
            units.append(_unit(f"ops/{op}.cpp", str(example), example.read_bytes(), {}, flags, "support"))
    for path in sorted((toolchain / "runtime").glob("*.cpp")):
        units.append(Unit(f"runtime/{path.name}", str(path), {}, flags, "support"))
    return Plan(OURS, files, (*_longest_first(units), *support), flags)


def _theirs(
    name: str, files: Mapping[str, bytes], flags: tuple[str, ...], toolchain: Path, support: list[Unit]
) -> Plan:
    folders = sorted(
        {PurePosixPath(path).parent.as_posix() for path in files if not path.endswith(".cpp")} - {"."}
    )
    compat = toolchain / "compat"
    first = (f"-I{compat}", "-include", str(compat / "older_mlx.h"))
    flags = (*first, *flags, "-I.", *(f"-I{folder}" for folder in folders), "-w")
    units = []
    for path in files:
        if path.endswith(".cpp"):
            role = "binding" if _MODULE.search(files[path]) else "source"
            units.append(_unit(path, path, files[path], files, flags, role))
    return Plan(name, files, (*_longest_first(units), *support), flags)


def _support(recipe: Recipe) -> list[Unit]:
    return [Unit(f"nanobind/{Path(f).name}", f, {}, options, "support") for f, options in recipe.support]


def _unit(
    name: str, source: str, text: bytes, files: Mapping[str, bytes], flags: tuple[str, ...], role: str
) -> Unit:
    seen = visible(text, files)
    if source in files:
        seen = {**seen, source: files[source]}
    more = files if len(seen) < len(files) else {}
    return Unit(name, source, seen, flags, role, more)


def visible(text: bytes, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files that a text can include, those that they can include, and so on; all if a name is computed.

    A file counts as named if its last name occurs anywhere, so that no macro can hide it: too many are harmless.
    """
    seen: dict[str, bytes] = {}
    todo = [text]
    while todo:
        current = todo.pop()
        if any(m.group(1) not in _KNOWN_COMPUTED for m in _COMPUTED.finditer(current)):
            return dict(files)
        for path, content in files.items():
            if path not in seen and path.rpartition("/")[2].encode() in current:
                seen[path] = content
                todo.append(content)
    return seen


def _longest_first(units: list[Unit]) -> list[Unit]:
    return sorted(units, key=lambda unit: -sum(map(len, unit.files.values())))
