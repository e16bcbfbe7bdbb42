"""Run Metal kernels on the CPU: every thread of the grid, with every access checked where that is asked for.

Names are imported when they are first used, so that ``python -m kernels.simulator.compiler`` starts without numpy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .diagnostics import Counts, Diagnostic
    from .errors import CompileError, Finding, LaunchError, NoCompiler, SimulatorError, SourceError
    from .explanations import EXPLAIN
    from .library import BFloat16, Library, Output, Result, compile_metal

__all__ = [
    "EXPLAIN",
    "BFloat16",
    "CompileError",
    "Counts",
    "Diagnostic",
    "Finding",
    "LaunchError",
    "Library",
    "NoCompiler",
    "Output",
    "Result",
    "SimulatorError",
    "SourceError",
    "compile_metal",
]

_MODULES = {
    "diagnostics": ("Counts", "Diagnostic"),
    "errors": ("CompileError", "Finding", "LaunchError", "NoCompiler", "SimulatorError", "SourceError"),
    "explanations": ("EXPLAIN",),
    "library": ("BFloat16", "Library", "Output", "Result", "compile_metal"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_MODULE_OF[name]}", __name__), name)
