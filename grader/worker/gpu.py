"""The GPU inside the worker, MLX's default device there: simulated, or a Mac's own.

The simulated one makes `mx.gpu` mean something, and hands out what was dispatched on request. The two files of the
simulator that it needs are loaded by path, since nothing else of the project is in reach. What it tells of dispatches
is the submission's word: they lie in its module's memory. A Mac's own GPU (UNTESTED) tells nothing of them.
"""

from __future__ import annotations

import ctypes
import importlib.util
import types
from collections.abc import Callable, Mapping
from typing import Any

import mlx.core as mx

from .wire import Array

DISPATCH_WORKERS = 1  # threads: threadgroups that write over each other do so in the same order each time
DISPATCH_S = 60.0  # longer than any deadline, which is the grader's business


class Gpu:
    """MLX's default device in this process is the GPU.

    Args:
        files: paths of the simulator's `streams` and `captures`; empty where MLX has a GPU of its own.
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self._simulated = _load(files["streams"]).simulate_gpu() if files else None
        self._captures: list[Any] = []
        self._record_bytes = 0  # while dispatches are recorded, how many bytes of them are kept
        self._set_default_device = mx.set_default_device
        self._device: Any = mx.gpu
        self.choose()

    def choose(self) -> None:
        """Make it the default device, whatever the submission has chosen meanwhile."""
        self._set_default_device(self._device)

    def connect(self, module: str) -> None:
        """Let the ops of a module that was just loaded run there; one without GPU support is left alone."""
        if self._simulated is None:
            return
        try:
            library: ctypes.CDLL = self._simulated.connect(module)
        except AttributeError:
            return
        self._simulated.configure(DISPATCH_WORKERS, DISPATCH_S)
        self._captures.append(_load(self._files["captures"]).Captures(library))
        if self._record_bytes:  # loaded by the call that is recorded
            self._captures[-1].start(self._record_bytes)

    def operations(self) -> dict[str, Callable[..., Any]]:
        """Return the operations by the name that a request has; none for a GPU that tells nothing of dispatches."""
        if self._simulated is None:
            return {}
        return {"record": self._record, "recorded": self._recorded}

    def _record(self, max_bytes: int) -> None:
        self._record_bytes = max_bytes
        for captures in self._captures:
            captures.start(max_bytes)

    def _recorded(self) -> list[dict[str, Any]]:
        """Return the dispatches since `record`, their bytes as arrays of uint8."""
        self._record_bytes = 0
        return [_to_wire(one) for captures in self._captures for one in captures.take()]


def _to_wire(value: Any) -> Any:
    if isinstance(value, bytes):
        return Array("uint8", (len(value),), value)
    if isinstance(value, dict):
        return {key: _to_wire(item) for key, item in value.items() if key != "report"}
    if isinstance(value, list):
        return [_to_wire(item) for item in value]
    return value


def _load(path: str) -> types.ModuleType:
    name = "simulated_" + path.rpartition("/")[2].removesuffix(".py")
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
