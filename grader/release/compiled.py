"""The reference's kernels without their source: a module for this platform, for `grader bench` at home.

The module is built as a gate's rival is, for every instruction set. Names of functions, debug information and the paths
of this machine are taken out; what stays are the names that Python calls and the texts of error messages. It runs on
the platform and with the version of MLX that it was built for, and says so.
"""

from __future__ import annotations

import importlib.util
import json
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from grader import paths
from grader.course.model import Week
from grader.errors import CannotJudge
from grader.paths import COMPILED_ABOUT
from grader.run.compiled import here
from grader.worker.build import build
from grader.worker.submission import find, snapshot

ORIGIN = b"$ORIGIN"


def compile_reference(reference: Path, weeks: tuple[Week, ...], folder: Path) -> bool:
    """Build the reference's kernels into `folder`; return whether there are any in these weeks.

    Raises:
        CannotJudge: they cannot be built or stripped here.
    """
    ops = tuple(op for week in weeks for op in week.ops)
    if not ops:
        return False
    with tempfile.TemporaryDirectory(prefix="grader-release-") as name:
        place = Path(name)
        place.chmod(0o755)
        copy = snapshot(find(reference), place / "snapshot")
        built = build(copy, ops, place / "built", paths.builds())
        if built.module is None or built.missing:
            op, why = next(iter(built.missing.items()), ("kernels", "are not there"))
            raise CannotJudge(f"the reference cannot be compiled for a release: its {op} {why}")
        folder.mkdir(parents=True)
        target = folder / built.module.name
        shutil.copyfile(built.module, target)
    strip(target)
    about = {**here(), "module": target.name}
    (folder / COMPILED_ABOUT).write_text(json.dumps(about, indent=1) + "\n")
    return True


def strip(module: Path) -> None:
    """Take symbols, debug information and paths of this machine out of a module.

    Raises:
        CannotJudge: there is no tool for it, or it fails.
    """
    tool = shutil.which("strip")
    if tool is None:
        raise CannotJudge(
            "the reference's kernels cannot be released with their symbols: strip is not installed"
        )
    options = ["-x"] if platform.system() == "Darwin" else ["--strip-all", "--remove-section=.comment"]
    done = subprocess.run([tool, *options, str(module)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotJudge(f"strip fails on {module.name}: {done.stderr.strip()}")
    module.write_bytes(without_paths(module.read_bytes()))


def without_paths(data: bytes) -> bytes:
    """Return a module without the folder of MLX's library on this machine; MLX is loaded before it anyway."""
    spec = importlib.util.find_spec("mlx.core")  # found, not loaded
    if spec is None or spec.origin is None:
        return data
    root = str(Path(spec.origin).parent).encode()
    for path in (root + b"/lib64:" + root + b"/lib", root + b"/lib", root):
        at = data.find(path + b"\0")
        if at >= 0:
            data = data[:at] + ORIGIN.ljust(len(path), b"\0") + data[at + len(path) :]
    return data
