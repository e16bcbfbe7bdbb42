"""The Metal files of a folder, compiled by the simulator and put beside the module that uses them.

What lies there is what `simulator/host/kernel_files.cpp` looks for. Knows nothing about C++ and about what kernels
compute.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

COMPILED = ".fast.so"  # <file>.fast.so for <file>.metal
REASON = ".metal.txt"  # <file>.metal.txt if it does not compile
RUNTIME = "libmetalsim.so"
HEADERS = ("*.h", "*.metal")


def place_metal_files(
    sources: Sequence[Path], out_dir: Path, include_dirs: Sequence[Path] = ()
) -> dict[str, str]:
    """Compile the `.metal` files of some folders and put them into the module's folder.

    A file that does not compile costs its own kernels: the module is there all the same, and an op that asks for one
    of them says why it is not.

    Args:
        sources: Folders with `.metal` files; a name that two have is the first one's.
        out_dir: The module's folder. What an earlier call put there goes.
        include_dirs: Searched for headers after a file's own folder: MLX's.

    Returns:
        The files that are not compiled, each with the reason.
    """
    files: dict[str, Path] = {}
    for folder in sources:
        for path in sorted(folder.glob("*.metal")):
            files.setdefault(path.stem, path)
    stamp = out_dir / "metal.sha256"
    digest = _digest(files.values())
    if stamp.is_file() and stamp.read_text() == digest:
        return {path.name.removesuffix(".txt"): path.read_text() for path in out_dir.glob(f"*{REASON}")}
    stamp.unlink(missing_ok=True)
    for old in (*out_dir.glob(f"*{COMPILED}"), *out_dir.glob(f"*{REASON}"), out_dir / RUNTIME):
        old.unlink(missing_ok=True)
    reasons = {
        path.name: reason for path in files.values() if (reason := _place(path, out_dir, include_dirs))
    }
    if not reasons:  # the compiler may be there the next time
        stamp.write_text(digest)
    return reasons


def _digest(files: Iterable[Path]) -> str:
    """Return the hash of what compiled kernels depend on: the files, what they may include, and the simulator."""
    digest = hashlib.sha256()
    folders = {path.parent for path in files} | {Path(__file__).resolve().parent / "simulator"}
    for folder in sorted(folders):
        is_simulator = folder.name == "simulator"
        found = folder.rglob("*") if is_simulator else (p for kind in HEADERS for p in folder.glob(kind))
        for path in sorted(p for p in found if p.is_file() and p.suffix != ".pyc"):
            digest.update(f"{path}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _place(source: Path, out_dir: Path, include_dirs: Sequence[Path]) -> str:
    """Compile one file; return why it is not there, or nothing."""
    from kernels.simulator.compiler import build, translate_file
    from kernels.simulator.errors import SimulatorError
    from kernels.simulator.runtime_build import runtime_library

    try:
        library = build(translate_file(source, [source.parent, *include_dirs]), "fast")
        if not (out_dir / RUNTIME).exists():
            shutil.copyfile(runtime_library(), out_dir / RUNTIME)
    except SimulatorError as error:
        reason = f"{source.name} is not compiled: {error}\n"
        (out_dir / f"{source.stem}{REASON}").write_text(reason)
        return reason
    shutil.copyfile(library, out_dir / f"{source.stem}{COMPILED}")
    return ""
