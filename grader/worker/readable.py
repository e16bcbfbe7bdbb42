"""Which files the interpreter, numpy and MLX need while a submission runs, as rules for the sandbox.

Everything is named one by one, because a rule covers all that lies below it: the standard library's folder
holds `site-packages` in an ordinary installation, and a folder of system libraries may hold PyTorch's.

Runs in the grader. Knows nothing about how the rules are enforced. Imports neither numpy nor MLX.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import stat
import sys
import sysconfig
from pathlib import Path

Rule = tuple[str, str]

PACKAGES = ("mlx", "numpy")
# third-party packages, and what no submission needs
_NOT_STDLIB = {
    "site-packages",
    "dist-packages",
    "test",
    "idlelib",
    "ensurepip",
    "turtledemo",
    "lib2to3",
    "tkinter",
}
# what the extension modules of the standard library, numpy and MLX load
_LIBRARIES = frozenset(
    [
        "libblas",
        "libbz2",
        "libc",
        "libcrypto",
        "libdl",
        "libexpat",
        "libffi",
        "libgcc_s",
        "libgfortran",
        "libgomp",
        "liblapack",
        "liblzma",
        "libm",
        "libmpdec",
        "libncursesw",
        "libopenblas",
        "libpthread",
        "libpython3",
        "libquadmath",
        "libreadline",
        "librt",
        "libsqlite3",
        "libssl",
        "libstdc++",
        "libtinfo",
        "libutil",
        "libuuid",
        "libz",
        "libzstd",
    ]
)
DEVICES = (
    ("use", "/dev/null"),
    ("read", "/dev/zero"),
    ("read", "/dev/random"),
    ("read", "/dev/urandom"),
)
_SYSTEM = (
    ("read", "/etc/ld.so.cache"),
    ("read", "/proc/cpuinfo"),
    ("read", "/proc/meminfo"),
    ("read", "/sys/devices/system/cpu"),
    *DEVICES,
)


@functools.lru_cache(maxsize=1)
def interpreter() -> tuple[Rule, ...]:
    """Return the rules for this interpreter, the two packages and the system files that they read."""
    rules: list[Rule] = list(_SYSTEM)
    for folder in _standard_library():
        # imports list the folder itself; that shows the names in site-packages, not what they hold
        rules.append(("list", str(folder)))
        rules += [("read", str(entry)) for entry in sorted(folder.iterdir()) if entry.name not in _NOT_STDLIB]
    for package in _package_folders():
        rules.append(("read", str(package)))
    rules += [("read", str(path)) for folder in _library_folders() for path in _libraries(folder)]
    return tuple(rules)


@functools.lru_cache(maxsize=1)
def interpreter_by_everybody() -> bool:
    """Tell whether a user who owns nothing can read all that `interpreter` names and that exists."""
    return all(by_everybody(Path(path)) for _, path in interpreter() if os.path.exists(path))


def by_everybody(path: Path) -> bool:
    """Tell whether a user who owns nothing can read `path`, by the permission bits of it and above."""
    try:
        resolved = path.resolve(strict=True)
        mode = resolved.stat().st_mode
        needed = stat.S_IROTH | (stat.S_IXOTH if stat.S_ISDIR(mode) else 0)
        return mode & needed == needed and all(p.stat().st_mode & stat.S_IXOTH for p in resolved.parents)
    except OSError:
        return False


def _standard_library() -> list[Path]:
    folders = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    # in a virtual environment `platstdlib` is its own folder, which holds nothing but site-packages
    folders |= {Path(os.__file__).parent}
    return sorted(folder for folder in folders if (folder / "os.py").is_file())


def _package_folders() -> list[Path]:
    """Return the folders of `PACKAGES` and of the libraries that their wheels bring along (`numpy.libs`)."""
    folders: list[Path] = []
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)  # MLX is a namespace package: it has locations but no file
        if spec is None or not spec.submodule_search_locations:
            continue
        for location in map(Path, spec.submodule_search_locations):
            folders.append(location)
            folders += [p for p in sorted(location.parent.glob(f"{name}*.libs")) if p.is_dir()]
    return folders


def _library_folders() -> list[Path]:
    triplet = sysconfig.get_config_var("MULTIARCH") or ""
    names = [f"/lib/{triplet}", f"/usr/lib/{triplet}", "/lib64", "/usr/lib64", "/lib", "/usr/lib"]
    folders = {Path(name).resolve() for name in [*names, f"{sys.base_prefix}/lib"]}
    return sorted(folder for folder in folders if folder.is_dir())


def _libraries(folder: Path) -> list[Path]:
    """Return the libraries of `_LIBRARIES` in `folder`: `libz.so.1`, `libpython3.11.so`."""
    found = []
    for path in folder.glob("lib*.so*"):
        stem = path.name.partition(".so")[0]
        if stem in _LIBRARIES or stem.rstrip("0123456789.") in ("libpython", "libmpdec"):
            found.append(path)
    return sorted(found)
