"""The toolchain that builds C++ kernels into a Python module, and that module as it was built last.

`python -m kernels.build` builds a source tree of ops. `from kernels import quantized_matmul` then finds the op in
`build/kernels`. Inside a grader's worker the name `kernels` is the submission's own built module instead; this file
is not there. Knows nothing about what the ops compute.
"""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

DEFAULT_OUT = Path(__file__).resolve().parent.parent / "build" / "kernels"
_loaded: dict[Path, ModuleType] = {}


def load(out_dir: Path = DEFAULT_OUT) -> ModuleType:
    """Import the module that was built into a folder.

    Args:
        out_dir: The folder given to `kernels.build`.

    Raises:
        ImportError: If there is none; the message says how to build it.
    """
    out_dir = out_dir.resolve()
    if out_dir not in _loaded:
        found = sorted(out_dir.glob("kernels.*so"))
        if not found:
            raise ImportError(f"no built kernels in {out_dir}: run python -m kernels.build", name="kernels")
        spec = importlib.util.spec_from_file_location("kernels", found[0])
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        _loaded[out_dir] = module
    return _loaded[out_dir]


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    found = getattr(load(), name)
    globals()[name] = found  # the next look-up costs nothing: this one walks the file system
    return found
