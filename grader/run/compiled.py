"""The reference's kernels as a student's package has them: one compiled module, for one platform and one MLX.

The grader's own checkout has none; there the reference is built from its source.
"""

from __future__ import annotations

import json
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from grader.errors import CannotJudge
from grader.paths import COMPILED, COMPILED_ABOUT


def here() -> dict[str, str]:
    """Return what a compiled module is bound to, as it is on this machine."""
    try:
        mlx = version("mlx")
    except PackageNotFoundError:
        mlx = "missing"
    return {"system": platform.system(), "machine": platform.machine(), "mlx": mlx}


def module(folder: Path = COMPILED) -> Path | None:
    """Return the compiled module, or None where the reference comes as source.

    Raises:
        CannotJudge: it was compiled for another platform, or the file is missing.
    """
    about = folder / COMPILED_ABOUT
    if not about.is_file():
        return None
    try:
        known = json.loads(about.read_text())
        path = folder / str(known["module"])
        bound = {name: str(known[name]) for name in here()}
    except (OSError, ValueError, KeyError) as error:
        raise CannotJudge(f"{about} cannot be read: {error}") from error
    if bound != here():
        raise CannotJudge(
            f"comparison is not available here: it was compiled for {_text(bound)}, and this is {_text(here())}"
        )
    if not path.is_file() or not importable(path):
        raise CannotJudge(
            f"comparison is not available here: {path.name} is not for Python {platform.python_version()}"
        )
    return path


def importable(path: Path) -> bool:
    """Return whether a module's name says that this Python can import it."""
    tags = path.name.split(".")[1:-1]
    own = f"cpython-{sys.version_info.major}{sys.version_info.minor}"
    return not tags or any(tag == "abi3" or tag.startswith(own) for tag in tags)


def _text(bound: dict[str, str]) -> str:
    return f"{bound['system']} on {bound['machine']} with mlx {bound['mlx']}"
