"""Build a source tree of C++ ops into the Python module `kernels`, with one command.

    python -m kernels.build [SOURCE_DIR] [--out DIR] [--sanitize]

A build is known by the content of everything that goes into it: sources, toolchain, versions. The same content is not
built again; changed content is built incrementally. Knows nothing about what the ops compute, and does not confine
the compiler: a source tree that is not trusted is built in the grader's sandbox.
"""

import argparse
import fcntl
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from kernels import DEFAULT_OUT
from kernels.metal_files import place_metal_files

TOOLCHAIN = Path(__file__).resolve().parent
DEFAULT_SOURCE = TOOLCHAIN.parent / "reference" / "kernels"
# on a Mac CMake compiles Metal too; elsewhere metal_files.py does, and knows by itself what has changed
SOURCE_SUFFIXES = frozenset(
    {".cpp", ".h", ".hpp", ".inc", ".txt", *([".metal"] if sys.platform == "darwin" else [])}
)
NOT_OF_THE_HOST = (
    "simulator/include",
    "simulator/runtime",
)  # of compiled Metal, which has a cache of its own
HOST_SIDE_OF_THE_RUNTIME = ("simulator/include/simulator/abi.h", "simulator/include/simulator/dispatch.h")
STAMP = "content.sha256"


class BuildError(Exception):
    """The compiler or CMake refused; the message is what they printed."""


def build(source_dir: Path, out_dir: Path, *, sanitize: bool = False, jobs: int | None = None) -> Path:
    """Build a source tree and return the path of the module.

    Args:
        source_dir: Folder with `<op>.cpp` and `<op>.h`; an op without a binding in the toolchain is a part of others.
        out_dir: Folder for the module and for CMake's files beside it.
        sanitize: Build with AddressSanitizer and UndefinedBehaviorSanitizer, optimised little.
        jobs: Compilers at a time; the number of cores if None.

    Raises:
        BuildError: If a tool is missing or the sources do not compile.
    """
    source_dir, out_dir = source_dir.resolve(), out_dir.resolve()
    if not source_dir.is_dir():
        raise BuildError(f"no folder of kernel sources at {source_dir}")
    digest = content_digest(source_dir, sanitize=sanitize)
    out_dir.mkdir(parents=True, exist_ok=True)
    with _locked(out_dir / "lock"):
        stamp = out_dir / STAMP
        built = sorted(out_dir.glob("kernels.*so"))
        if not (built and stamp.is_file() and stamp.read_text() == digest):
            stamp.unlink(missing_ok=True)
            _forget_objects_of_other_files(source_dir, out_dir)
            _run_cmake(source_dir, out_dir, sanitize, jobs or os.cpu_count() or 1)
            stamp.write_text(digest)
        if sys.platform != "darwin":
            place_metal_files([source_dir, TOOLCHAIN / "ops"], out_dir, [_mlx_root() / "include"])
        return sorted(out_dir.glob("kernels.*so"))[0]


def content_digest(source_dir: Path, *, sanitize: bool = False) -> str:
    """Return the SHA-256 of everything that a build depends on."""
    digest = hashlib.sha256()
    facts = [
        sys.version,
        platform.machine(),
        str(_mlx_root()),
        version("mlx"),
        version("nanobind"),
        _compiler(),
    ]
    for fact in [*facts, str(sanitize)]:
        digest.update(fact.encode() + b"\0")
    for root in (TOOLCHAIN, source_dir):
        for path in _inputs(root):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(root)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _forget_objects_of_other_files(source_dir: Path, out_dir: Path) -> None:
    """Build from nothing if files came or went: no compiler reports what `__has_include` did not find."""
    names = "\n".join(str(path) for root in (TOOLCHAIN, source_dir) for path in _inputs(root))
    known = out_dir / "files.txt"
    if not known.is_file() or known.read_text() != names:
        shutil.rmtree(out_dir / "cmake", ignore_errors=True)
        known.write_text(names)


def _inputs(root: Path) -> list[Path]:
    found = (path for path in root.rglob("*") if path.suffix in SOURCE_SUFFIXES and path.is_file())
    return sorted(path for path in found if _is_input(path.relative_to(root).as_posix()))


def _is_input(path: str) -> bool:
    return path in HOST_SIDE_OF_THE_RUNTIME or not path.startswith(NOT_OF_THE_HOST)


def cmake_settings(source_dir: Path, out_dir: Path, sanitize: bool) -> dict[str, object]:
    """Return what CMake is told about a source tree and this machine."""
    try:
        import nanobind
    except ImportError as error:
        raise BuildError("nanobind not found: pip install nanobind") from error
    return {
        "CMAKE_MAKE_PROGRAM": _tool("ninja"),
        "KERNELS_SOURCE_DIR": source_dir,
        "KERNELS_MODULE_DIR": out_dir,
        "KERNELS_SANITIZE": "ON" if sanitize else "OFF",
        "KERNELS_STABLE_ABI": "ON" if list(_mlx_root().glob("core.abi3.*")) else "OFF",
        "MLX_ROOT": _mlx_root(),
        "nanobind_DIR": nanobind.cmake_dir(),
        "Python_EXECUTABLE": sys.executable,
    }


def _run_cmake(source_dir: Path, out_dir: Path, sanitize: bool, jobs: int) -> None:
    cmake, tree = _tool("cmake"), out_dir / "cmake"
    settings = cmake_settings(source_dir, out_dir, sanitize)
    configure = [cmake, "-S", str(TOOLCHAIN), "-B", str(tree), "-G", "Ninja"]
    _run([*configure, *(f"-D{name}={value}" for name, value in settings.items())])
    _run([cmake, "--build", str(tree), "--parallel", str(jobs)])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise BuildError(done.stdout.strip())


def _tool(name: str) -> str:
    """Find a tool beside the interpreter first: its PyPI package lies there, also if the environment is not active."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    found = shutil.which(name, path=path)
    if found is None:
        raise BuildError(f"{name} not found: pip install {name}")
    return found


def _mlx_root() -> Path:
    spec = importlib.util.find_spec("mlx.core")  # found, not loaded: who builds need not compute
    if spec is None or spec.origin is None:
        raise BuildError("mlx not found: pip install mlx")
    return Path(spec.origin).parent


def _compiler() -> str:
    """Return the version line of the compiler that CMake will take."""
    compiler = os.environ.get("CXX") or shutil.which("c++") or "c++"
    try:
        done = subprocess.run([*compiler.split(), "--version"], capture_output=True, text=True, check=False)
    except OSError as error:
        raise BuildError(f"no C++ compiler: {compiler} does not run ({error.strerror})") from error
    return done.stdout.partition("\n")[0]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one process at a time build into a folder."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Run the command line; return 0 if the module was built, 1 if not."""
    parser = argparse.ArgumentParser(prog="python -m kernels.build", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "source_dir", type=Path, nargs="?", default=DEFAULT_SOURCE, help="tree of <op>.cpp, <op>.h"
    )
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="folder for the module")
    parser.add_argument(
        "--sanitize", action="store_true", help="with AddressSanitizer, UndefinedBehaviorSanitizer"
    )
    parser.add_argument("--jobs", type=int, default=None, help="compilers at a time")
    arguments = parser.parse_args()
    try:
        print(build(arguments.source_dir, arguments.out, sanitize=arguments.sanitize, jobs=arguments.jobs))
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
