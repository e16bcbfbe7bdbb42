"""The runtime library through ctypes: structures of its C API, and one dispatch as a function.

It knows bytes and addresses; arrays, kernels by name and messages in words are in the library and diagnostics modules.
"""

from __future__ import annotations

import ctypes
import dataclasses
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .c_structures import CBinding, CKernel, CLaunch, CParameter
from .cache import digest
from .errors import LaunchError, SimulatorError

SLOTS = 31  # buffers and threadgroup arguments of a kernel
KINDS = ("buffer", "threadgroup")


@dataclasses.dataclass(frozen=True)
class KernelParameter:
    """A buffer or threadgroup argument of a kernel, as its library tells it.

    Attributes:
        kind: ``buffer`` or ``threadgroup``.
        index: ``n`` of ``[[buffer(n)]]`` or ``[[threadgroup(n)]]``.
        name: Name in the source.
        type: Type in the source.
        element_bytes: Size of what it points or refers to.
        is_const: Whether the kernel cannot write it.
        is_reference: Whether it holds exactly one element.
        is_optional: Whether it may be left unbound.
    """

    kind: str
    index: int
    name: str
    type: str
    element_bytes: int
    is_const: bool
    is_reference: bool
    is_optional: bool


@dataclasses.dataclass(frozen=True)
class Kernel:
    """A kernel that can be launched.

    Attributes:
        name: Name that the host asks for.
        parameters: Its buffer and threadgroup arguments.
        max_total_threads: Threads per threadgroup that the kernel allows; 0 where it does not say.
        file: File of its definition.
        line: Line of its definition.
        address: Address of its description in this process.
    """

    name: str
    parameters: tuple[KernelParameter, ...]
    max_total_threads: int
    file: str
    line: int
    address: int = dataclasses.field(compare=False, repr=False, default=0)


@dataclasses.dataclass
class Binding:
    """What stands at one buffer index.

    Attributes:
        data: Contents; written in place where it is an output.
        direction: 0 input, 1 output (contents undefined before), 2 updated in place.
        is_bytes: Whether the host gave it by ``set_bytes``.
    """

    data: memoryview | bytearray
    direction: int = 0
    is_bytes: bool = False


@dataclasses.dataclass(frozen=True)
class Settings:
    """How a dispatch runs; see the runtime's dispatch header for the fields."""

    mode: str = "fast"
    order: str = "forward"
    poison: bool = False
    workers: int = 2
    sample: int = 0
    deadline_s: float = 10.0
    stack_bytes: int = 0
    max_messages: int = 64


@dataclasses.dataclass(frozen=True)
class Dispatch:
    """One dispatch: what is bound, and how many threads run."""

    bindings: Mapping[int, Binding]
    grid: Sequence[int]
    threadgroup: Sequence[int]
    grid_is_threads: bool = False
    threadgroup_lengths: Mapping[int, int] = dataclasses.field(default_factory=dict)
    function_constants: Mapping[int, bytes] = dataclasses.field(default_factory=dict)


class Runtime:
    """The loaded runtime library.

    A module of ops may have loaded a copy before: then that one is used, since kernels register with the first one.

    Attributes:
        path: Where it was loaded from, or would have been.
    """

    def __init__(self, path: Path):
        self.path = path
        self.library = ctypes.CDLL(None)  # everything that is loaded for all to see
        if not hasattr(self.library, "msim_dispatch"):
            self.library = ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
        self.library.msim_dispatch.restype = ctypes.c_char_p
        self.library.msim_dispatch.argtypes = [ctypes.POINTER(CLaunch)]
        self.library.msim_kernel_count.restype = ctypes.c_uint32
        self.library.msim_kernel_at.restype = ctypes.POINTER(CKernel)
        self.library.msim_kernel_at.argtypes = [ctypes.c_uint32]
        self.library.msim_set_function_constant.argtypes = [ctypes.c_uint32, ctypes.c_char_p, ctypes.c_uint32]
        self.library.msim_clear_function_constants.restype = None
        self._lock = threading.Lock()
        self._loaded: dict[str, dict[str, Kernel]] = {}

    def load(self, path: Path) -> dict[str, Kernel]:
        """Load a kernel library; return its kernels by name.

        Raises:
            SimulatorError: The file is no kernel library.
        """
        key = str(path.resolve())
        with self._lock:
            if key not in self._loaded:
                before = self.library.msim_kernel_count()
                try:
                    ctypes.CDLL(key)
                except OSError as error:
                    raise SimulatorError(f"The kernel library {path} cannot be loaded: {error}") from error
                after = self.library.msim_kernel_count()
                kernels = [_describe(self.library.msim_kernel_at(index)) for index in range(before, after)]
                self._loaded[key] = {kernel.name: kernel for kernel in kernels}
            return self._loaded[key]

    def dispatch(self, kernel: Kernel, dispatch: Dispatch, settings: Settings) -> dict[str, Any]:
        """Run one dispatch and return the runtime's report.

        Raises:
            LaunchError: A size or an index is out of its bounds.
        """
        keep: list[Any] = []
        launch = _launch(kernel, dispatch, settings, keep)
        with self._lock:
            self.library.msim_clear_function_constants()
            for index, value in dispatch.function_constants.items():
                self.library.msim_set_function_constant(index, value, len(value))
            report = self.library.msim_dispatch(ctypes.byref(launch))
        parsed: dict[str, Any] = json.loads(report.decode("utf-8", "replace"))
        return parsed


_RUNTIMES: dict[str, Runtime] = {}


def loaded_runtime(build: Callable[[], Path]) -> Runtime:
    """Return the runtime that this process has loaded, or load the one that ``build`` returns.

    Kernels register with the first runtime of a process, whatever becomes of its sources afterwards.
    """
    return next(iter(_RUNTIMES.values()), None) or load_runtime(build())


def load_runtime(path: Path) -> Runtime:
    """Return the runtime library at ``path``, loaded once in a process; a copy of it is the same one.

    Raises:
        SimulatorError: Another runtime is loaded: kernels would register with that one.
    """
    content = digest([path.read_bytes()])
    if content not in _RUNTIMES:
        if _RUNTIMES:
            raise SimulatorError(f"this process has loaded another runtime than {path} already")
        _RUNTIMES[content] = Runtime(path)
    return _RUNTIMES[content]


def _describe(pointer: Any) -> Kernel:
    kernel = pointer.contents
    rows = [kernel.parameters[index] for index in range(kernel.parameter_count)]
    return Kernel(
        name=kernel.name.decode(),
        parameters=tuple(_describe_parameter(row) for row in rows),
        max_total_threads=kernel.max_total_threads,
        file=kernel.file.decode(),
        line=kernel.line,
        address=ctypes.addressof(kernel),
    )


def _describe_parameter(row: CParameter) -> KernelParameter:
    return KernelParameter(
        kind=KINDS[row.kind],
        index=row.index,
        name=row.name.decode(),
        type=row.type.decode(),
        element_bytes=row.element_bytes,
        is_const=bool(row.is_const),
        is_reference=bool(row.is_reference),
        is_optional=bool(row.is_optional),
    )


def _launch(kernel: Kernel, dispatch: Dispatch, settings: Settings, keep: list[Any]) -> CLaunch:
    bindings = (CBinding * SLOTS)()
    for index, binding in dispatch.bindings.items():
        _check_slot("buffer", index)
        array = (ctypes.c_char * max(len(binding.data), 1)).from_buffer(binding.data or bytearray(1))
        keep.append(array)
        bindings[index] = CBinding(
            ctypes.addressof(array), len(binding.data), binding.direction, binding.is_bytes
        )
    lengths = (ctypes.c_uint32 * SLOTS)()
    for index, length in dispatch.threadgroup_lengths.items():
        _check_slot("threadgroup argument", index)
        lengths[index] = length
    keep += [bindings, lengths]
    return CLaunch(
        kernel=ctypes.cast(kernel.address, ctypes.POINTER(CKernel)),
        bindings=bindings,
        threadgroup_lengths=lengths,
        grid=three(dispatch.grid, "grid"),
        threadgroup=three(dispatch.threadgroup, "threadgroup"),
        grid_is_threads=dispatch.grid_is_threads,
        mode=settings.mode == "check",
        order=settings.order == "reversed",
        poison=settings.poison,
        workers=settings.workers,
        sample=settings.sample,
        deadline_s=settings.deadline_s,
        stack_bytes=settings.stack_bytes,
        max_messages=settings.max_messages,
    )


def three(sizes: Sequence[int], name: str) -> tuple[int, int, int]:
    """Return one to three sizes as three.

    Raises:
        LaunchError: There are none or too many, or one does not fit 32 bits.
    """
    if not 1 <= len(sizes) <= 3:
        raise LaunchError(f"{name} has {len(sizes)} sizes, but takes one to three")
    x, y, z = (*sizes, 1, 1)[:3]
    for size in (x, y, z):
        if not 0 <= size < 2**32:
            raise LaunchError(f"{name} size {size} does not lie in [0, 2**32)")
    return int(x), int(y), int(z)


def _check_slot(what: str, index: int) -> None:
    if not 0 <= index < SLOTS:
        raise LaunchError(f"{what} index {index} does not lie in [0, {SLOTS})")
