"""How an op is compiled and a module linked, read from what CMake would do: for who compiles file by file.

`CMakeLists.txt` stays the one place that knows flags. A configured tree without any op names the command lines; nothing
is compiled here. Knows nothing about submissions and sandboxes.
"""

import functools
import hashlib
import itertools
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from kernels.apple import developer_folder
from kernels.build import TOOLCHAIN, BuildError, _compiler, _inputs, _run, _tool, cmake_settings

SIMULATED_GPU = "simulated_gpu.h"  # included before the first line of an op, where there is no Metal


@dataclass(frozen=True)
class Recipe:
    """Command lines without the names of files, and what they read.

    On Linux a module looks for its Metal kernels beside itself: `<file>.fast.so` for `<file>.metal`, or
    `<file>.metal.txt` with the reason why there is none, and the runtime `libmetalsim.so` (`kernels.metal_files`
    puts them there). `kernels.simulator.host.streams` makes one of MLX's streams the GPU.
    """

    digest: str  # over the toolchain, the versions and the command lines
    compiler: str
    flags: tuple[str, ...]  # for an op, a binding, the runtime; include folders of the toolchain too
    support: tuple[tuple[str, tuple[str, ...]], ...]  # nanobind's, the simulated GPU's: each with its flags
    link: tuple[str, ...]  # between the compiler and the objects
    libraries: tuple[str, ...]  # after the objects
    suffix: str  # of the module: ".cpython-311-x86_64-linux-gnu.so", ".abi3.so"
    reads: tuple[str, ...]  # folders of headers and libraries that a compiler opens
    runs: tuple[str, ...]  # programs that it starts

    @property
    def cpu_flags(self) -> tuple[str, ...]:
        """The flags without the simulated GPU.

        For a source whose Metal parts do not compile: `_METAL_` is not defined then, and its ops run on the CPU.
        """
        pairs = itertools.pairwise((*self.flags, ""))
        rest = [word for word, then in pairs if not (word == "-include" and then == SIMULATED_GPU)]
        return tuple(word for word in rest if word != SIMULATED_GPU)

    @property
    def mlx_library(self) -> str:
        """The library of MLX that a module is linked with."""
        return next(name for name in self.libraries if Path(name).name.startswith("libmlx"))


@functools.lru_cache(maxsize=4)
def recipe(sanitize: bool = False) -> Recipe:
    """Return the recipe of this machine's compiler.

    Raises:
        BuildError: a tool is missing, or CMake refuses the compiler.
    """
    with tempfile.TemporaryDirectory(prefix="kernels-recipe-") as name:
        tree = Path(name).resolve()
        (tree / "none").mkdir()
        settings = cmake_settings(tree / "none", tree / "out", sanitize)
        settings["CMAKE_EXPORT_COMPILE_COMMANDS"] = "ON"
        configure = [_tool("cmake"), "-S", str(TOOLCHAIN), "-B", str(tree), "-G", "Ninja"]
        _run([*configure, *(f"-D{key}={value}" for key, value in settings.items())])
        commands = json.loads((tree / "compile_commands.json").read_text())
        steps = subprocess.run(
            [_tool("ninja"), "-C", str(tree), "-t", "commands", "kernels"],
            capture_output=True,
            text=True,
            check=False,
        )
        return _read(commands, steps.stdout.strip().splitlines()[-1], tree)


def _read(commands: list[dict[str, str]], link_line: str, tree: Path) -> Recipe:
    lines = {entry["file"]: shlex.split(entry["command"]) for entry in commands}
    module = lines[str(TOOLCHAIN / "module.cpp")]
    compiler, flags = module[0], _flags(module, tree)
    support = tuple(
        (file, _flags(line, tree)) for file, line in sorted(lines.items()) if not _is_of_an_op(Path(file))
    )
    link, libraries, output = _link(shlex.split(link_line.removeprefix(": && ").partition(" && ")[0]))
    facts = [
        sys.version,
        platform.machine(),
        version("mlx"),
        version("nanobind"),
        _compiler(),
        compiler,
        *flags,
        *link,
        *libraries,
        *(part for file, options in support for part in (file, *options)),
    ]
    digest = hashlib.sha256("\0".join(facts).encode())
    for path in _inputs(TOOLCHAIN):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(TOOLCHAIN)}\0{len(content)}\0".encode() + content)
    return Recipe(
        digest=digest.hexdigest(),
        compiler=compiler,
        flags=flags,
        support=support,
        link=link,
        libraries=libraries,
        suffix=output.name.removeprefix("kernels"),
        reads=_reads(compiler, flags, support, libraries),
        runs=_runs(compiler),
    )


def _is_of_an_op(path: Path) -> bool:
    """Tell whether a file is compiled with the flags of ops: nanobind's and the simulated GPU's have their own."""
    return path.is_relative_to(TOOLCHAIN) and not path.is_relative_to(TOOLCHAIN / "simulator")


def _flags(line: list[str], tree: Path) -> tuple[str, ...]:
    """Return the options of a compile command without the files, and without folders of the configured tree."""
    kept: list[str] = []
    rest = iter(line[1:])
    for word in rest:
        if word in ("-o", "-c"):
            next(rest)
        elif not word.startswith(f"-I{tree}"):
            kept.append(word)
    return tuple(kept)


def _link(line: list[str]) -> tuple[tuple[str, ...], tuple[str, ...], Path]:
    """Return the options before the objects, the libraries after them, and the output's path."""
    before: list[str] = []
    after: list[str] = []
    output = Path()
    rest = iter(line[1:])
    seen = False
    for raw in rest:
        word = raw.replace("\\$", "$")  # was quoted for the shell
        if word == "-o":
            output = Path(next(rest))
        elif word.endswith(".o"):
            seen = True
        elif not Path(word).name.startswith("libnanobind"):
            (after if seen else before).append(word)
    return tuple(before), tuple(after), output


def _reads(
    compiler: str,
    flags: tuple[str, ...],
    support: tuple[tuple[str, tuple[str, ...]], ...],
    libraries: tuple[str, ...],
) -> tuple[str, ...]:
    folders = [
        str(TOOLCHAIN / name)
        for name in (
            "include",
            "bindings",
            "ops",
            "runtime",
            "module.cpp",
            "compat",
            "simulator/include/simulator",
        )
    ]
    folders += _include_folders(flags)
    for file, options in support:
        folders += [str(Path(file).parent), *_include_folders(options)]
    folders += [str(Path(name).parent) for name in libraries if name.startswith("/")]
    folders += _search_folders(compiler)
    folders += [developer_folder()] if sys.platform == "darwin" else []
    return tuple(dict.fromkeys(os.path.realpath(folder) for folder in folders if os.path.exists(folder)))


def _include_folders(options: tuple[str, ...]) -> list[str]:
    joined = [word[2:] for word in options if word.startswith("-I") and len(word) > 2]
    return joined + [b for a, b in itertools.pairwise(options) if a in ("-isystem", "-I")]


def _search_folders(compiler: str) -> list[str]:
    """Return where the compiler looks for system headers and libraries, and its own files."""
    found: list[str] = []
    text = _ask(compiler, "-E", "-x", "c++", os.devnull, "-v", all_output=True)
    listed = text.partition("search starts here:")[2].partition("End of search list")[0]
    found += [line.strip() for line in listed.splitlines() if line.startswith(" /")]
    for line in _ask(compiler, "-print-search-dirs").splitlines():
        kind, _, value = line.partition(": ")
        folders = value.removeprefix("=").split(":")
        found += [folder for folder in folders if kind in ("install", "libraries") and _is_narrow(folder)]
    triplet = _ask(compiler, "-dumpmachine").strip()
    return [*found, f"/lib/{triplet}", f"/usr/lib/{triplet}", "/lib64", "/usr/lib64", "/etc/ld.so.cache"]


def _is_narrow(folder: str) -> bool:
    """Tell whether a folder is for libraries alone: `/usr/lib` may hold anybody's programs and data."""
    return os.path.realpath(folder) not in ("/", "/usr", "/lib", "/usr/lib", "/usr/local/lib")


def _runs(compiler: str) -> tuple[str, ...]:
    """Return the programs that a compilation starts, with the loader of shared libraries."""
    programs = [
        shutil.which(compiler) or compiler,
        "/lib64/ld-linux-x86-64.so.2",
        "/lib/ld-linux-aarch64.so.1",
    ]
    for name in ("cc1plus", "as", "collect2", "ld", "lto-wrapper", "lto1", "nm", "c++filt", "addr2line"):
        answer = _ask(compiler, f"-print-prog-name={name}").strip()
        programs.append(shutil.which(answer, path="/usr/bin:/bin:/usr/local/bin") or answer)
    if sys.platform == "darwin":  # what the names in /usr/bin stand for
        programs.append(developer_folder())
    return tuple(
        dict.fromkeys(os.path.realpath(p) for p in programs if os.path.isabs(p) and os.path.exists(p))
    )


def _ask(compiler: str, *options: str, all_output: bool = False) -> str:
    try:
        done = subprocess.run([compiler, *options], capture_output=True, text=True, check=False)
    except OSError as error:
        raise BuildError(f"no C++ compiler: {compiler} does not run ({error.strerror})") from error
    return done.stdout + (done.stderr if all_output else "")


@functools.lru_cache(maxsize=1)
def sanitizer_libraries() -> tuple[str, ...]:
    """Return what has to be in a process before a sanitized module is loaded; nothing where the compiler has none.

    The C++ library too: AddressSanitizer looks for its functions when the process starts, and a C++ exception ends the
    process if it was not there yet. GCC answers with the bare name for a library that it does not have.
    """
    compiler = os.environ.get("CXX") or shutil.which("c++") or "c++"
    names = ("libasan.so", "libubsan.so", "libstdc++.so.6")
    paths = [_ask(compiler, f"-print-file-name={name}").strip() for name in names]
    return tuple(paths) if all(os.path.isabs(path) for path in paths) else ()
