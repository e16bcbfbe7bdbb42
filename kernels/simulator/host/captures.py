"""Records of what a module dispatched to the simulated GPU, for a replay elsewhere.

    captures = Captures(gpu.connect(module.__file__))
    captures.start(max_bytes=64 << 20)
    mx.eval(op(...))
    for capture in captures.take(): ...

Needs neither mlx nor the simulator; this file may be loaded alone. What a process says of its own dispatches proves
nothing: a reader runs them again.
"""

from __future__ import annotations

import ctypes
import json
from typing import Any

DIRECTIONS = ("input", "output", "updated")


class Captures:
    """Recorder of one module's dispatches.

    Args:
        library: The module, as `SimulatedGpu.connect` returns it.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        library.simulated_gpu_capture_start.argtypes = [ctypes.c_uint64]
        library.simulated_gpu_capture_stop.restype = ctypes.c_uint32
        library.simulated_gpu_capture_header.argtypes = [ctypes.c_uint32]
        library.simulated_gpu_capture_header.restype = ctypes.c_char_p
        library.simulated_gpu_capture_bytes.argtypes = [
            ctypes.c_uint32,
            ctypes.c_uint32,
            ctypes.c_int,
            ctypes.POINTER(ctypes.c_uint64),
        ]
        library.simulated_gpu_capture_bytes.restype = ctypes.c_void_p

    def start(self, max_bytes: int = 256 << 20) -> None:
        """Record from now on.

        Args:
            max_bytes: For the bytes of all bindings; a dispatch that no longer fits is recorded without bytes.
        """
        self._library.simulated_gpu_capture_start(max_bytes)

    def take(self) -> list[dict[str, Any]]:
        """Stop, and return the dispatches in their order. Arrays must have been evaluated before.

        Returns:
            For each: `kernel`, `library` (path), `grid`, `threadgroup` (three numbers each), `grid_is_threads`,
            `threadgroup_lengths` (index -> bytes), `function_constants` (index -> bytes object), `is_complete`
            (False: no bytes), `report` (the runtime's), and `bindings`, each with `index`, `direction` ("input",
            "output": undefined before, "updated"), `is_bytes` (set_bytes), `allocation` (equal for views of the same
            memory), `before` and `after` (bytes objects; `before` is empty for an output, `after` for an input).
        """
        count = self._library.simulated_gpu_capture_stop()
        return [self._capture(i) for i in range(count)]

    def _capture(self, i: int) -> dict[str, Any]:
        capture: dict[str, Any] = json.loads(self._library.simulated_gpu_capture_header(i))
        capture["threadgroup_lengths"] = {int(k): v for k, v in capture["threadgroup_lengths"].items()}
        constants = capture["function_constants"].items()
        capture["function_constants"] = {int(k): bytes.fromhex(v) for k, v in constants}
        for number, binding in enumerate(capture["bindings"]):
            binding["direction"] = DIRECTIONS[binding["direction"]]
            binding["before"], binding["after"] = (self._bytes(i, number, after) for after in (0, 1))
        return capture

    def _bytes(self, i: int, binding: int, after: int) -> bytes:
        size = ctypes.c_uint64()
        data = self._library.simulated_gpu_capture_bytes(i, binding, after, ctypes.byref(size))
        return ctypes.string_at(data, size.value) if size.value else b""
