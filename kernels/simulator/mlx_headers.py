"""Where the installed MLX keeps the headers that its own kernels are written with."""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path

MLX_KERNELS = Path("mlx/backend/metal/kernels")


@functools.cache
def mlx_include() -> Path | None:
    """Return the include folder of the installed MLX, without importing MLX; None where there is none."""
    spec = importlib.util.find_spec("mlx")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(location).resolve() / "include"
        if (folder / MLX_KERNELS).is_dir():
            return folder
    return None
