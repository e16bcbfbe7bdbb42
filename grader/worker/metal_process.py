"""Runs one module of the simulator of Metal in the build sandbox; the grader's side of `metal_boot.py`.

Hostile text is preprocessed, translated and compiled there, and what comes out is run there again, without anything of
a submission but its Metal: no Python, no C++.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import json
import platform
import shutil
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import CannotJudge
from kernels.simulator.errors import NoCompiler
from kernels.simulator.toolchain import find_toolchain, system_libraries

from .build_process import Ended, Limits, run

BOOT = Path(__file__).with_name("metal_boot.py")
SIMULATOR = Path(__file__).resolve().parents[2] / "kernels" / "simulator"
LOADERS = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1")
JOB = "job.json"
ENVIRONMENT = {"GRADER_SIMULATOR_CACHE": "../out/cache"}


def has_gpu() -> bool:
    """Return whether kernels run on this machine's own GPU, by MLX's Metal, and not in the simulator: on a Mac."""
    return platform.system() == "Darwin"


def no_compiler() -> str:
    """Return why Metal files cannot be compiled for the simulator on this machine; empty if they can."""
    if platform.system() != "Linux":
        return "the simulator runs on Linux"
    try:
        find_toolchain()
    except NoCompiler as error:
        return str(error)
    return ""


@functools.lru_cache(maxsize=1)
def simulator_digest() -> str:
    """Return a hash of everything of the simulator's that a compiled Metal file depends on."""
    digest = hashlib.sha256(find_toolchain().version.encode())
    parts = [SIMULATOR / "include", SIMULATOR / "translator", SIMULATOR / "lint", *SIMULATOR.glob("*.py")]
    for part in sorted(parts):
        for path in [part] if part.is_file() else sorted(p for p in part.rglob("*") if p.is_file()):
            if path.suffix != ".pyc":
                digest.update(f"{path.relative_to(SIMULATOR)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def simulate(
    module: str,
    arguments: Sequence[str],
    *,
    place: Path,
    output: str,
    reads: Sequence[str] = (),
    stdin: str = "",
    limits: Limits | None = None,
    compiles: bool = False,
    unsafe: bool = False,
) -> Ended:
    """Run a module of `kernels.simulator` confined, in the folder `in` of `place`; it may write into `out` beside that.

    Args:
        module: "kernels.simulator.compiler".
        arguments: its command line.
        place: a folder of the grader's.
        output: the file, seen from `in`, that gets what it prints.
        reads: what else it may read.
        stdin: the file, seen from `in`, that it reads from.
        limits: bounds on it.
        compiles: it may start the compiler; otherwise the program that tells source lines.
        unsafe: go on although a required layer of the sandbox is missing.

    Raises:
        CannotJudge: it cannot be started or confined.
    """
    tools = _compiler() if compiles else _addr2line()
    job = {
        "environment": ENVIRONMENT,
        "simulator": str(SIMULATOR),
        "packages": tools.packages,
        "libraries": list(tools.libraries),
        "module": module,
        "arguments": list(arguments),
        "input": stdin,
        "output": output,
    }
    path = place / "in" / JOB
    path.write_text(json.dumps(job))
    path.chmod(0o444)
    python = str(Path(sys.executable).resolve())
    return run(
        [python, "-I", "-S", "-B", str(BOOT), JOB],
        place=place,
        reads=[str(BOOT), str(SIMULATOR), *reads, *tools.reads, *tools.libraries],
        runs=[python, *(name for name in LOADERS if Path(name).exists()), *tools.runs],
        limits=limits,
        unsafe=unsafe,
        interpreter=True,
        address_space=compiles,
    )


@dataclass(frozen=True)
class _Tools:
    """What a process of the simulator needs besides Python."""

    runs: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    packages: dict[str, str] = field(
        default_factory=dict
    )  # name -> folder, for what is only asked where it lies


def _compiler() -> _Tools:
    toolchain = find_toolchain()
    folders = {Path(command[0]).resolve().parent for command in (toolchain.clang, toolchain.linker)}
    own = [str(folder) for folder in folders if folder.name == "ziglang"]
    packages = {name: _folder(name) for name in ("mlx",)}
    if importlib.util.find_spec("ziglang") is not None:
        packages["ziglang"] = _folder("ziglang")
    return _Tools(
        runs=tuple(str(Path(command[0]).resolve()) for command in (toolchain.clang, toolchain.linker)),
        reads=(str(toolchain.headers), *own),
        libraries=tuple(str(path) for path in system_libraries()),
        packages=packages,
    )


def _addr2line() -> _Tools:
    found = shutil.which("addr2line", path="/usr/bin:/bin")
    triplet = sysconfig.get_config_var("MULTIARCH") or ""
    folders = [name for name in (f"/lib/{triplet}", f"/usr/lib/{triplet}") if triplet and Path(name).is_dir()]
    runs = (str(Path(found).resolve()),) if found else ()
    return _Tools(runs, tuple(folders))


def _folder(package: str) -> str:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise CannotJudge(f"the package {package}, which simulating Metal needs, is not installed")
    return str(next(iter(spec.submodule_search_locations)))
