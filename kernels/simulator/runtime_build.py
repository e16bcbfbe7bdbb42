"""Build the runtime library that kernel libraries call, once for each state of its sources.

It is compiled by the clang that compiles kernels. The wheel ``ziglang`` brings the C library's headers, so that no
compiler and no headers of the system are needed; the C library itself is the running process's.
"""

from __future__ import annotations

import concurrent.futures
import functools
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .cache import build_once, cache_root, digest, folder_digest
from .errors import SimulatorError
from .toolchain import HERE, INCLUDE, find_toolchain, machine_flags, system_libraries

SOURCES = HERE / "runtime"
NAME = "libmetalsim.so"
FLAGS = ("-O2", "-g1", "-fPIC", "-pthread", "-fno-exceptions", "-fno-rtti", "-fno-stack-protector", "-w")
JOBS = 2


def runtime_library(cache: Path | None = None) -> Path:
    """Return the path of the runtime library, built if it is not in the cache.

    Raises:
        NoCompiler: There is no clang.
        SimulatorError: The runtime does not compile.
    """
    toolchain = find_toolchain()
    flags = (*FLAGS, *machine_flags())
    state = [folder_digest(SOURCES), folder_digest(INCLUDE), toolchain.version, toolchain.target, *flags]
    libraries = [str(path) for path in system_libraries()]
    return build_once(cache_root(cache), digest(["runtime", *state, *libraries]), NAME, _build_in)


def _build_in(folder: Path) -> None:
    sources = sorted(path for pattern in ("*.cpp", "*.S") for path in SOURCES.glob(pattern))
    objects = [folder / f"{source.name}.o" for source in sources]
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(_compile, sources, objects))
    options = ("-shared", "-z", "noexecstack", "--version-script", str(SOURCES / "export.map"))
    _run(
        [
            *find_toolchain().linker,
            *options,
            *map(str, [*objects, *system_libraries()]),
            "-o",
            str(folder / NAME),
        ]
    )
    for path in objects:
        path.unlink()


def _compile(source: Path, output: Path) -> None:
    language = ("-std=c++20",) if source.suffix == ".cpp" else ()
    headers = ["-I", str(INCLUDE), "-I", str(SOURCES), *_libc_headers()]
    _run(
        [
            *find_toolchain().clang,
            "-target",
            find_toolchain().target,
            "-c",
            *language,
            *FLAGS,
            *machine_flags(),
            *headers,
            str(source),
            "-o",
            str(output),
        ]
    )


@functools.cache
def _libc_headers() -> tuple[str, ...]:
    """Return the options that find the C library's headers: the wheel's, else the system's."""
    toolchain = find_toolchain()
    folder = toolchain.headers.parent / "libc" / "include"
    if not folder.is_dir():
        return ()
    machine = toolchain.target.partition("-")[0]
    family = {"x86_64": "x86"}.get(machine, machine)
    names = (
        f"{family}-linux-gnu",
        f"{machine}-linux-gnu",
        "generic-glibc",
        f"{family}-linux-any",
        "any-linux-any",
    )
    found = [toolchain.headers, *(folder / name for name in names if (folder / name).is_dir())]
    return ("-nostdinc", *(option for path in found for option in ("-isystem", str(path))))


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SimulatorError(f"The simulator's runtime does not compile:\n{done.stderr[-4000:]}")
