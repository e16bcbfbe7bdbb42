"""Make one of MLX's CPU streams the GPU of a process that has none, so that Python code for `mx.gpu` runs unchanged.

    gpu = simulate_gpu()
    gpu.connect(module.__file__)      # a module with ops, built against the stand-ins for MLX's Metal headers
    mx.set_default_device(mx.gpu)     # or mx.stream(mx.gpu), stream=mx.gpu

MLX's own ops on such a stream run on the CPU as ever; ops of connected modules run their Metal kernels in the
simulator. Covered: `mx.gpu` wherever a stream or a device is taken, `set_default_device`, `default_device`,
`default_stream`, `new_stream`, `mx.metal.is_available`. Not covered: `mx.gpu` is a stream here and not a `DeviceType`,
so `mx.Device(mx.gpu)` is a TypeError; while the GPU is the default, `stream=mx.cpu` means it too
(`mx.default_stream(mx.cpu)` does not); names that were imported from `mlx.core` before the call. Needs nothing but mlx;
this file may be loaded alone. Call it after a fork, not before: streams are threads.
"""

from __future__ import annotations

import ctypes
import re
import threading
from typing import Any

import mlx.core as mx

_INDEX = re.compile(r"(\d+)\)$")  # Stream(Device(cpu, 0), 3): Python has no other way to its number
_one: list[SimulatedGpu] = []


class SimulatedGpu:
    """The streams that are the GPU, and the modules that know of them. Made by `simulate_gpu`.

    Attributes:
        stream: The default stream of the GPU; also `mx.gpu`.
    """

    def __init__(self) -> None:
        self._set_default_device, self._default_device = mx.set_default_device, mx.default_device
        self._new_stream, self._default_stream = mx.new_stream, mx.default_stream
        self._modules: list[ctypes.CDLL] = []
        self._local = threading.local()  # each thread has default streams of its own
        self._lock = threading.Lock()
        mx.default_stream(mx.cpu)  # made at first use: the CPU's is the first one then, as everywhere
        self.stream = mx.new_stream(mx.cpu)
        self._streams = [self.stream]

    def connect(self, module: str) -> ctypes.CDLL:
        """Run the Metal kernels of a module's ops that are evaluated on the GPU.

        Args:
            module: Path of a built extension module.

        Returns:
            The library, for settings and captures.

        Raises:
            OSError: The file cannot be loaded.
            AttributeError: The module was built without the simulated GPU.
        """
        library = ctypes.CDLL(module)
        library.simulated_gpu_set_stream.argtypes = [ctypes.c_int, ctypes.c_int]
        library.simulated_gpu_configure.argtypes = [ctypes.c_uint32, ctypes.c_double]
        with self._lock:
            self._modules.append(library)
            for stream in self._streams:
                library.simulated_gpu_set_stream(_number(stream), 1)
        return library

    def configure(self, workers: int = 0, deadline_s: float = 0.0) -> None:
        """Set for all connected modules how many CPU threads a dispatch uses and how long it may take.

        Args:
            workers: 0: as before.
            deadline_s: 0: as before.
        """
        for library in self._modules:
            library.simulated_gpu_configure(workers, deadline_s)

    def is_gpu(self, target: Any) -> bool:
        """Tell whether a stream or a device is the GPU."""
        return (
            any(target is stream or target == stream for stream in self._streams)
            or target == mx.DeviceType.gpu
        )

    def new_stream(self, device: Any) -> mx.Stream:
        """Do what `mx.new_stream` does."""
        if not self.is_gpu(device):
            return self._new_stream(device)
        stream = self._new_stream(mx.cpu)
        with self._lock:
            self._streams.append(stream)
            for library in self._modules:
                library.simulated_gpu_set_stream(_number(stream), 1)
        return stream

    def set_default_device(self, device: Any) -> None:
        """Do what `mx.set_default_device` does."""
        current = self._default_stream(mx.cpu)
        if not self.is_gpu(current):
            self._local.cpu_stream = current
        if self.is_gpu(device):
            self._set_default_device(mx.cpu)
            mx.set_default_stream(self.stream)
        else:
            self._set_default_device(device)
            mx.set_default_stream(getattr(self._local, "cpu_stream", current))

    def default_device(self) -> Any:
        """Do what `mx.default_device` does."""
        return mx.gpu if self.is_gpu(self._default_stream(mx.cpu)) else self._default_device()

    def default_stream(self, device: Any) -> mx.Stream:
        """Do what `mx.default_stream` does."""
        if self.is_gpu(device):
            return device if isinstance(device, mx.Stream) else self.stream
        current = self._default_stream(device)
        return getattr(self._local, "cpu_stream", current) if self.is_gpu(current) else current


def simulate_gpu() -> SimulatedGpu:
    """Make `mx.gpu` a stream of this process, once; further calls return the same object."""
    if not _one:
        gpu = SimulatedGpu()
        _one.append(gpu)
        names: Any = mx
        names.gpu = gpu.stream
        names.new_stream = gpu.new_stream
        names.set_default_device = gpu.set_default_device
        names.default_device = gpu.default_device
        names.default_stream = gpu.default_stream
        names.metal.is_available = lambda: True
    return _one[0]


def _number(stream: mx.Stream) -> int:
    found = _INDEX.search(repr(stream))
    if found is None:
        raise ValueError(
            f"the number of {stream!r} is not known: its text should end in a number and a bracket"
        )
    return int(found[1])
