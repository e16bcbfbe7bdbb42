"""The worker's loop: takes calls from the grader, runs the submission, answers. Untrusted from then on.

Protects nothing by itself: the sandbox, which is applied before the first student byte, and the grader, which
believes only what it can decode, do. Knows the wire, nothing about the course.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import os
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import mlx.core as mx
import numpy as np

from . import checkpoint, refusals, resolve, standins, wire
from .gpu import Gpu
from .placed import Timed
from .values import Objects, TooLarge, type_name
from .zygote_protocol import CHANNEL_LOST

TEXT_CHARS = 2000
FRAMES = 12


class Channel:
    """The worker's end of the channel: whole frames, blocking."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def read(self) -> Any:
        """Return the next value from the grader; ends the process if there is none."""
        header_bytes, payload_bytes = wire.unpack_prefix(self._exactly(wire.PREFIX.size))
        header = self._exactly(header_bytes)
        return wire.unpack(bytes(header), memoryview(self._exactly(payload_bytes)))

    def write(self, buffers: list[bytes]) -> None:
        """Write one packed frame; ends the process if the grader cannot be reached."""
        views = [memoryview(buffer) for buffer in buffers]
        while views:
            try:
                sent = os.writev(self._fd, views[:64])
            except OSError:
                os._exit(CHANNEL_LOST)
            while views and sent >= len(views[0]):
                sent -= len(views.pop(0))
            if sent:
                views[0] = views[0][sent:]

    def _exactly(self, size: int) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        done = 0
        while done < size:
            try:
                count = os.readv(self._fd, [view[done:]])
            except OSError:
                os._exit(CHANNEL_LOST)
            if count == 0:
                os._exit(CHANNEL_LOST)
            done += count
        return data


class Session:
    """One submission in this process: its modules, the objects that the grader holds, and the calls."""

    def __init__(self, channel: Channel, config: Mapping[str, Any]) -> None:
        self._channel = channel
        self._root = config["root"]
        self._limits = wire.Limits(payload_bytes=config["reply_bytes"])
        self._objects = Objects(config["reply_bytes"])
        self._gpu = Gpu(config["gpu"]) if config["gpu"] is not None else None
        if self._gpu is None:
            mx.set_default_device(mx.cpu)  # on a Mac it would be the GPU
        self._finder = resolve.Finder(
            config["package_dir"],
            config["package_name"],
            config["root"],
            config["built"],
            self._gpu.connect if self._gpu is not None else None,
        )
        if config["sanitized"]:
            mx.set_cache_limit(0)  # else a read past the end finds memory that MLX keeps for later arrays
        refusals.install((str(name), str(why)) for name, why in config["refused"])
        self._request = 0
        self._operations: dict[str, Callable[..., Any]] = {
            "prepare": self._prepare,
            "import": self._import,
            "call": self._call,
            "checkpoint": self._checkpoint,
            "stand_in": self._stand_in,
            "release": self._release,
            "exports": self._finder.exports,
            **Timed(self._objects, self._function).operations(),
            **(self._gpu.operations() if self._gpu is not None else {}),
        }

    def run(self) -> None:
        """Serve until the grader closes the channel."""
        while True:
            request = self._channel.read()
            self._request = request.pop("id")
            operation = self._operations[request.pop("op")]
            try:
                reply = {"id": self._request, "ok": operation(**request)}
                frame = wire.pack(reply, self._limits)
            except BaseException as error:
                frame = wire.pack({"id": self._request, "err": self._report(error)})
            for stream in (sys.stdout, sys.stderr):  # the submission may have replaced either by anything
                with contextlib.suppress(BaseException):
                    stream.flush()
            self._channel.write(frame)

    def _prepare(self, bare: bool) -> None:
        """Make the submission importable; with `bare`, its package without running its `__init__`."""
        if self._finder not in sys.meta_path:
            sys.meta_path.insert(0, self._finder)
            sys.meta_path.append(resolve.SiblingFinder(self._finder))
            sys.path.append(self._root)
        if bare:
            self._finder.bare_package()

    def _import(self, module: str) -> None:
        importlib.import_module(f"{self._finder.name}.{module}" if module else self._finder.name)

    def _call(
        self,
        target: Any,
        args: list[Any],
        kwargs: Mapping[str, Any] = MappingProxyType({}),
        method: str | None = None,
        optional: Mapping[str, Any] = MappingProxyType({}),
        drop: Sequence[str] = (),
        as_handle: bool = False,
        echo: bool = False,
        seed: int | None = None,
        repeat: int = 1,
    ) -> Any:
        function = self._function(target, method)
        if self._gpu is not None:
            self._gpu.choose()
        if seed is not None:
            _seed(seed)
        values, after = [], None
        for _ in range(repeat):
            live_args, live_kwargs = self._objects.to_live(args), self._objects.to_live(dict(kwargs))
            if optional or drop:
                _adapt(function, live_kwargs, self._objects.to_live(dict(optional)), drop)
            result = function(*live_args, **live_kwargs)
            values.append(self._objects.keep(result) if as_handle else self._objects.to_wire(result))
            if echo:
                after = self._objects.to_wire([tuple(live_args), live_kwargs])
        return [values if repeat > 1 else values[0], after]

    def _function(self, target: Any, method: str | None) -> Any:
        if isinstance(target, wire.Handle):
            function = self._objects.get(target)
        else:
            function = resolve.target(self._finder, target)
        return function if method is None else _method(function, method)

    def _checkpoint(self, folder: str, dtype: str | None) -> wire.Handle:
        return self._objects.keep(checkpoint.load(folder, dtype))

    def _stand_in(self, kind: str, name: str, spec: dict[str, Any]) -> wire.Handle:
        return self._objects.keep(standins.KINDS[kind](self._ask, name, **self._objects.to_live(spec)))

    def _release(self, handles: list[wire.Handle]) -> None:
        for handle in handles:
            self._objects.release(handle)

    def _ask(self, name: str, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Ask the grader in the middle of a call and return its answer."""
        question = {
            "id": self._request,
            "cb": name,
            "method": method,
            "args": self._objects.to_wire(list(args)),
            "kwargs": self._objects.to_wire(kwargs),
        }
        self._channel.write(wire.pack(question, self._limits))
        answer = self._channel.read()
        if "stop" in answer:
            raise standins.CallStopped(answer["stop"])
        if "refused" in answer:
            raise TypeError(answer["refused"])
        return self._objects.to_live(answer["ok"])

    def _report(self, error: BaseException) -> dict[str, Any]:
        text = "<the exception has no text>"
        with contextlib.suppress(BaseException):
            text = str.__getitem__(str(error), slice(TEXT_CHARS))  # a plain str, whatever its class overrides
        kind, missing = "ERROR", None
        with contextlib.suppress(BaseException):  # a class can lie about itself, and raise when it is asked
            if issubclass(type(error), SystemExit):
                kind = "EXIT"
            elif issubclass(type(error), (MemoryError, TooLarge)):
                kind = "MEMORY"
            elif issubclass(type(error), ModuleNotFoundError):
                missing = error.name  # type: ignore[attr-defined]
        return {
            "kind": kind,
            "exception": type_name(error),
            "text": _encodable(text),
            "missing": _encodable(missing[:TEXT_CHARS]) if type(missing) is str else None,
            "frames": self._frames(error),
        }

    def _frames(self, error: BaseException) -> list[list[Any]]:
        """Return [path below the root, line, function] of the student's frames, outermost first."""
        frames: list[list[Any]] = []
        with contextlib.suppress(BaseException):  # everything here may be hostile
            step = error.__traceback__
            prefix = os.path.join(self._root, "")
            while step is not None:
                code = step.tb_frame.f_code
                if code.co_filename.startswith(prefix):
                    frames.append([code.co_filename[len(prefix) :], step.tb_lineno, code.co_name])
                step = step.tb_next
            if isinstance(error, SyntaxError) and str(error.filename).startswith(prefix):
                frames.append([str(error.filename)[len(prefix) :], error.lineno or 0, "<module>"])
        if len(frames) > FRAMES:
            frames = frames[: FRAMES // 2] + frames[-FRAMES // 2 :]
        return [[_encodable(str(path)), int(line or 0), _encodable(str(name))] for path, line, name in frames]


def serve(fd: int, confine: Callable[[Any], dict[str, str]]) -> None:
    """Confine the process, report the layers, and serve calls on `fd` for the rest of the process's life.

    Args:
        fd: the channel to the grader.
        confine: `sandbox.apply`.
    """
    channel = Channel(fd)
    config = channel.read()
    layers = confine(config["policy"])
    _text_streams()
    session = Session(channel, config)
    channel.write(wire.pack({"id": 0, "ok": layers}))
    session.run()


def _text_streams() -> None:
    """Write what is printed at the end of each line: a process that dies loses no more than one."""
    for fd, name in ((1, "stdout"), (2, "stderr")):
        raw = io.FileIO(fd, "w", closefd=False)
        stream = io.TextIOWrapper(
            io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", line_buffering=True
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _seed(seed: int) -> None:
    mx.random.seed(seed)
    random.seed(seed)
    np.random.seed(seed & 0xFFFFFFFF)


def _method(live: Any, name: str) -> Any:
    try:
        return getattr(live, name)
    except AttributeError:
        raise resolve.MissingTarget(f"{type_name(live)} has no {name}") from None


def _adapt(function: Any, kwargs: dict[str, Any], optional: dict[str, Any], drop: Sequence[str]) -> None:
    """Fit `kwargs` to the signature: give `optional` where it is required, drop what is not accepted."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return
    for name, value in optional.items():
        parameter = parameters.get(name)
        if parameter is not None and parameter.default is parameter.empty and name not in kwargs:
            kwargs[name] = value
    if not any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        for name in drop:
            if name not in parameters:
                kwargs.pop(name, None)


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
