"""The clang that compiles for the simulator: where it is, and the command lines it is called with.

The wheel ``ziglang`` carries a whole clang and a linker; a clang of the system does too, from version 17 on (bfloat).
It knows the flags of the two modes, and nothing about translation or caching.
"""

from __future__ import annotations

import ctypes
import dataclasses
import functools
import importlib.util
import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from .errors import NoCompiler

Mode = Literal["fast", "check"]

HERE = Path(__file__).resolve().parent
INCLUDE = HERE / "include"
OLDEST_CLANG = 17
MAX_ERRORS = 12

LANGUAGE = ("-x", "c++", "-std=c++20", "-fsigned-char", "-fno-digraphs")
NUMBERS = (
    "-ffp-contract=fast",
    "-fno-math-errno",
    # as GPUs have it: signed integers wrap, and a float beyond an integer type's range becomes the nearest end, NaN 0
    "-fwrapv",
    "-fno-strict-float-cast-overflow",
    # half and bfloat are rounded after every operation; the driver takes these two only as words to the compiler proper
    "-Xclang",
    "-ffloat16-excess-precision=none",
    "-Xclang",
    "-fbfloat16-excess-precision=none",
)
CODE = (
    "-fPIC",
    "-ftls-model=initial-exec",
    "-fvisibility=hidden",
    "-fconvergent-functions",
    "-fno-finite-loops",  # a loop that never ends is to be found, not to be optimised away
    "-fno-strict-aliasing",  # kernels read device memory through vectors of other types
    "-fno-delete-null-pointer-checks",
    "-gline-tables-only",
    "-gdwarf-4",
    "-fdebug-compilation-dir=.",  # a relative path stays what it is, wherever it was compiled
    "-fno-exceptions",
    "-fno-rtti",
    "-fno-threadsafe-statics",
    "-fno-stack-protector",
    "-fstack-clash-protection",  # a large frame meets the guard below its stack instead of jumping over it
    "-fno-delete-null-pointer-checks",  # a pointer that was never set stays one, for the runtime to tell
    "-w",
    f"-ferror-limit={MAX_ERRORS}",
)
MODES: dict[Mode, tuple[str, ...]] = {
    "fast": ("-O2",),
    "check": (
        "-O1",
        "-fno-vectorize",
        "-fno-slp-vectorize",
        "-fno-unroll-loops",
        "-Xclang",
        "-fsanitize=thread",
        "-mllvm",
        "-tsan-instrument-func-entry-exit=0",
        "-mllvm",
        "-tsan-instrument-memintrinsics=1",
        "-mllvm",
        "-tsan-instrument-read-before-write=1",
    ),
}


@dataclasses.dataclass(frozen=True)
class Toolchain:
    """A clang with its linker.

    Attributes:
        clang: Command that behaves as clang's driver.
        linker: Command that behaves as ``ld``.
        headers: Folder of clang's own headers (stddef.h, stdint.h).
        version: What the compiler says of itself, part of every cache key.
        target: Target triple.
    """

    clang: tuple[str, ...]
    linker: tuple[str, ...]
    headers: Path
    version: str
    target: str

    def preprocess(
        self, source: Path, include_dirs: Sequence[Path], defines: Sequence[str] = ()
    ) -> list[str]:
        """Return the command that writes the preprocessed ``source`` to its output."""
        folders = [option for folder in include_dirs for option in ("-I", str(folder))]
        macros = [f"-D{define}" for define in defines]
        return [*self.clang, "-E", *LANGUAGE, *self._search(), *folders, *macros, "-w", str(source)]

    def compile(self, mode: Mode, source: Path, output: Path) -> list[str]:
        """Return the command that compiles translated text to an object file."""
        flags = [*MODES[mode], *LANGUAGE, *NUMBERS, *CODE, *machine_flags()]
        return [*self.clang, "-c", *flags, *self._search(), str(source), "-o", str(output)]

    def to_text(self, mode: Mode, source: Path, output: Path) -> list[str]:
        """Return the command that compiles translated text to LLVM's text instead of an object file."""
        whole = self.compile(mode, source, output)
        return [word if word != "-c" else "-S" for word in (*whole, "-emit-llvm")]

    def from_text(self, source: Path, output: Path) -> list[str]:
        """Return the command that makes an object file of LLVM's text, as it stands."""
        flags = ["-x", "ir", "-target", self.target, "-O1", "-fPIC", "-w", "-Xclang", "-disable-llvm-passes"]
        return [*self.clang, "-c", *flags, *machine_flags(), str(source), "-o", str(output)]

    def link(self, objects: Sequence[Path], output: Path) -> list[str]:
        """Return the command that links object files to a shared library; the runtime's symbols stay open."""
        flags = ["-shared", "-z", "noexecstack", "-z", "relro", "-z", "now"]
        return [*self.linker, *flags, *map(str, [*objects, *system_libraries()]), "-o", str(output)]

    def _search(self) -> list[str]:
        return ["-target", self.target, "-nostdinc", "-isystem", str(INCLUDE), "-isystem", str(self.headers)]


def machine_flags() -> tuple[str, ...]:
    """Return the flags that choose instructions: AVX2 on x86-64, the architecture's default elsewhere."""
    return ("-march=x86-64-v3",) if platform.machine() in ("x86_64", "AMD64") else ()


@functools.cache
def system_libraries() -> tuple[Path, ...]:
    """Return the C library and the mathematical library of this process, to be named in what is linked.

    Named, they are bound with the versions of their symbols; otherwise the oldest version of each would be taken.
    """
    found = {}
    for name in ("libm.so.6", "libc.so.6"):
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        found[name] = next(
            (path for path in _mapped_files() if path.name.startswith(name.partition(".")[0])), None
        )
    return tuple(path for path in found.values() if path is not None)


def _mapped_files() -> list[Path]:
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError:  # no such file, or a sandbox
        return []
    paths = dict.fromkeys(line.partition("/")[2] for line in lines if "/" in line)
    return [Path("/" + path) for path in paths if re.match(r"lib[cm][.-]", Path(path).name)]


@functools.cache
def find_toolchain() -> Toolchain:
    """Return the first clang that will do: the wheel ``ziglang``, then clang 17 or newer on PATH.

    Raises:
        NoCompiler: There is none, or this is no Linux; the message says what to do.
    """
    if platform.system() != "Linux":
        raise NoCompiler("The simulator runs on Linux, in a container too; on a Mac kernels run on the GPU.")
    found = _zig() or _system_clang()
    if found is None:
        raise NoCompiler(
            "Metal kernels need clang to run here, and there is none: install the package `ziglang` "
            f"(pip install ziglang), or put clang {OLDEST_CLANG} or newer on PATH."
        )
    return found


def _zig() -> Toolchain | None:
    spec = importlib.util.find_spec("ziglang")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations)))
    zig, headers = folder / "zig", folder / "lib" / "include"
    if not zig.is_file() or not headers.is_dir():
        return None
    version = _version([str(zig), "clang"])
    if version is None:
        return None
    return Toolchain((str(zig), "clang"), (str(zig), "ld.lld"), headers, version, _target())


def _system_clang() -> Toolchain | None:
    for name in ("clang", *(f"clang-{major}" for major in range(30, OLDEST_CLANG - 1, -1))):
        path = shutil.which(name)
        version = path and _version([path])
        linker = shutil.which("ld.lld") or shutil.which("ld")
        if not path or not version or not linker:
            continue
        major = re.search(r"version (\d+)", version)
        if major and int(major[1]) >= OLDEST_CLANG:
            headers = Path(_output([path, "-print-resource-dir"]).strip()) / "include"
            return Toolchain((path,), (linker,), headers, version, _target())
    return None


def _target() -> str:
    return f"{platform.machine()}-unknown-linux-gnu"


def _version(command: list[str]) -> str | None:
    try:
        return _output([*command, "--version"]).strip()
    except (OSError, subprocess.SubprocessError):
        return None


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
