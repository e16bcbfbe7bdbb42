"""Switches a submission's Metal kernels off: the same module beside a runtime that runs no thread, or beside none.

If an answer stays right, no kernel computes it. Runs in the grader; compiles nothing of a submission's.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from grader.errors import CannotJudge
from kernels.simulator.runtime_build import NAME as RUNTIME
from kernels.simulator.toolchain import INCLUDE, find_toolchain

from .build import Built
from .build_cache import Cache
from .build_metal import runtime
from .build_metallib import SUFFIX as METALLIB
from .metal_process import has_gpu

SOURCE = Path(__file__).with_name("no_threads.cpp")
THREADS = "libmetalsim_threads.so"  # the runtime as it is, which has everything else
COMPILER_S = 60.0


def without_threads(built: Built, target: Path, cache: Path) -> Built | None:
    """Put a build together such that no kernel runs.

    Args:
        built: From `build`, with Metal files.
        target: A new folder for the module.
        cache: The one that `build` was given.

    Returns:
        The build with the other module; None if there is no module, or no Metal file that compiles.

    Raises:
        CannotJudge: it does not link.
    """
    if built.module is None or all(built.metal.values()):
        return None
    target.mkdir(mode=0o755)
    target.chmod(0o755)
    for path in built.module.parent.iterdir():
        if path.suffix != METALLIB:  # on a Mac: an op finds no kernel there, and raises
            shutil.copyfile(path, target / path.name)
    if has_gpu():
        return replace(built, module=target / built.module.name)
    shutil.copyfile(runtime(Cache(cache)), target / THREADS)
    (target / RUNTIME).unlink(missing_ok=True)
    _link(target)
    for path in target.iterdir():
        path.chmod(0o444)
    return replace(built, module=target / built.module.name)


def _link(target: Path) -> None:
    toolchain = find_toolchain()
    with tempfile.TemporaryDirectory(prefix="grader-metal-") as folder:
        compiled = str(Path(folder) / "no_threads.o")
        options = (
            "-target",
            toolchain.target,
            "-c",
            "-std=c++20",
            "-O1",
            "-fPIC",
            "-ffreestanding",
            "-nostdinc",
        )
        headers = ("-isystem", str(INCLUDE), "-isystem", str(toolchain.headers))
        _run([*toolchain.clang, *options, *headers, str(SOURCE), "-o", compiled])
        link = ("-shared", "-z", "noexecstack", "-soname", RUNTIME, "-rpath", "$ORIGIN", "-L", str(target))
        _run([*toolchain.linker, *link, compiled, f"-l:{THREADS}", "-o", str(target / RUNTIME)])


def _run(line: list[str]) -> None:
    try:
        subprocess.run(line, capture_output=True, text=True, check=True, timeout=COMPILER_S)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise CannotJudge(f"the Metal kernels cannot be switched off: {said[-400:]}") from error
