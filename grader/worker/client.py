"""A submission's worker as the grader sees it: start, load, call, stop. The trusted side.

Nothing that a worker says about itself counts; only values that decode are handed on. A student's exception
leaves the worker alive, every other fault ends it, and the caller starts a new one. Knows nothing about the
course or verdicts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.errors import CannotJudge

from . import captures, faults, sandbox
from .conversation import WorkerSpec, converse, gpu_files, readable_by, well_formed
from .faults import Fault, RefuseCall, StopCall
from .process import Child, Zygote
from .watchdog import Bounds, Line
from .wire import Array, Dtype, Handle

__all__ = [
    "Array",
    "Dtype",
    "Fault",
    "Handle",
    "ImportReport",
    "RefuseCall",
    "Reply",
    "StopCall",
    "Worker",
    "WorkerSpec",
    "Zygote",
]

SPARE_THREADS = 8  # between the bound that is watched, and named to the student, and the kernel's
MAX_RESTARTS = 3  # while a package that does not import is tried module by module


@dataclass(frozen=True)
class Reply:
    """What one call gave."""

    value: Any
    args: tuple[Any, ...] | None  # the positional arguments after the call, if `echo`
    printed: str
    wall_s: float
    cpu_s: float
    kwargs: dict[str, Any] | None = None  # the keyword arguments after the call, if `echo`


@dataclass(frozen=True)
class ImportReport:
    """Whether the package imports, and what stands against it by module; "" is the package itself."""

    ok: bool
    failures: dict[str, Fault] = field(default_factory=dict)


class Worker:
    """One process that runs a submission.

    Args:
        spec: what to run and how confined.
        zygote: forks it in about 10 ms; None executes it directly.
    """

    def __init__(self, spec: WorkerSpec, zygote: Zygote | None = None) -> None:
        self.spec = spec
        self.sandbox: dict[str, str] = {}
        self._zygote = zygote
        self._child: Child | None = None
        self._line: Line | None = None
        self._request = 0
        self._cpu_before = 0.0

    def __enter__(self) -> Worker:
        if self._child is None:
            self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The process, if there is one."""
        return self._child.pid if self._child is not None else None

    @property
    def alive(self) -> bool:
        """Whether calls can be made: started, not ended, and nothing on the channel that nobody asked for."""
        if self._child is None or self._line is None:
            return False
        if self._child.exited() or self._line.has_extra():
            self.stop()
            return False
        return True

    def start(self) -> None:
        """Start the process and confine it; no student code runs yet.

        Raises:
            CannotJudge: it does not start, or a required layer of the sandbox is missing and `unsafe` is
            not set.
        """
        self.stop()
        spec = self.spec
        policy = sandbox.policy(
            root=spec.root,
            package_dir=spec.package_dir,
            readable_paths=readable_by(spec),
            memory_bytes=spec.memory_bytes,
            cpu_s=spec.cpu_s,
            max_threads=spec.max_threads + SPARE_THREADS,
            address_space=not spec.environment
            and spec.device == "cpu",  # a simulated GPU reserves much of it
        )
        self._child = Child(None if spec.environment else self._zygote, policy, dict(spec.environment))
        bounds = Bounds(spec.memory_bytes, spec.max_threads, spec.output_bytes, spec.reply_bytes, spec.cpu_s)
        self._line = Line(self._child, bounds)
        self._request = 0
        config = {
            "policy": policy,
            "package_dir": str(spec.package_dir.resolve()),
            "package_name": spec.package_name,
            "root": str(spec.root.resolve()),
            "reply_bytes": spec.reply_bytes,
            "built": spec.built.config() if spec.built is not None else None,
            "sanitized": spec.built is not None and spec.built.sanitized,
            "refused": [list(pair) for pair in spec.refused],
            "gpu": gpu_files(spec),
        }
        try:
            self._line.begin(spec.start_s)
            self._line.send(config)
            self.sandbox = self._line.receive()["ok"]
        except Fault as fault:
            self.stop()
            raise CannotJudge(
                f"a worker does not start: {fault.text} {fault.printed[-300:]}".strip()
            ) from None
        missing = sandbox.missing(self.sandbox)
        if missing and not spec.unsafe:
            self.stop()
            raise CannotJudge(
                f"the sandbox is not complete: {', '.join(missing)} (--unsafe grades all the same)"
            )

    def load(self, bare: bool = False) -> ImportReport:
        """Import the package; if that fails, import its modules one by one.

        Args:
            bare: do not try the package at all and import nothing: modules are imported by the calls that
            need them.
                For further workers of a submission of which the first has reported failures.

        Returns:
            What failed. Where a module ends the process, the worker has been started anew.
        """
        self._prepare(bare)
        if bare:
            return ImportReport(ok=False)
        fault = self._try_import("")
        if fault is None:
            return ImportReport(ok=True)
        failures = {"": fault}
        restarts = 0
        self._prepare(
            bare=True, anew=True
        )  # code that has failed may have changed what prepares the fallback
        for module in self._modules():
            fault = self._try_import(module)
            if fault is None:
                continue
            failures[module] = fault
            if not self.alive:
                restarts += 1
                self._prepare(bare=True, anew=True)
                if restarts == MAX_RESTARTS:
                    break
        return ImportReport(ok=False, failures=failures)

    def call(
        self,
        target: str | Handle,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        deadline_s: float = 5.0,
        method: str | None = None,
        as_handle: bool = False,
        echo: bool = False,
        optional: Mapping[str, Any] | None = None,
        drop: Sequence[str] = (),
        callbacks: Mapping[str, Callable[..., Any]] | None = None,
        seed: int | None = None,
        repeat: int = 1,
    ) -> Reply:
        """Call something of the submission with fresh copies of the arguments.

        Args:
            target: "module.name" below the package, or an object that the worker holds.
            args: positional arguments: wire values.
            kwargs: keyword arguments: wire values.
            deadline_s: for the whole call, callbacks included.
            method: call this attribute of the target in place of the target.
            as_handle: keep the result in the worker, whatever it is.
            echo: also return the arguments as they are after the call.
            optional: keywords passed only if the signature requires a parameter of that name.
            drop: keywords left out if the signature does not accept them.
            callbacks: what the stand-ins ask, by name.
            seed: for the random generators of MLX, numpy and Python in the worker.
            repeat: make the same call so many times, each with fresh arguments; above 1 the value is the list
                of results, and `echo` shows the arguments of the last.

        Raises:
            Fault: the submission's fault. ERROR leaves the worker alive, any other kind has ended it.
            A callback's StopCall becomes an ERROR with exception "StopCall"; its RefuseCall, or arguments that it
            does not take, a TypeError in the submission; what else it raises ends the worker and passes through.
        """
        options: dict[str, Any] = {
            "kwargs": dict(kwargs or {}),
            "method": method,
            "optional": dict(optional or {}),
            "drop": list(drop),
            "as_handle": as_handle,
            "echo": echo,
            "repeat": repeat if repeat > 1 else None,
        }
        request = {key: value for key, value in options.items() if value}  # a short request is a fast one
        request.update(op="call", target=target, args=list(args), seed=seed)
        started, cpu_started = time.perf_counter(), self.cpu_s()
        answer = self._exchange(request, deadline_s, callbacks or {})
        wall_s, cpu_s = time.perf_counter() - started, self.cpu_s() - cpu_started
        if self._line is None or not well_formed(answer, repeat=repeat, as_handle=as_handle, echo=echo):
            raise self._malformed()
        value, after = answer
        args_after, kwargs_after = after if echo else (None, None)
        return Reply(value, args_after, self._line.printed(), wall_s, cpu_s, kwargs_after)

    def checkpoint(self, folder: Path, dtype: str | None = None, *, deadline_s: float = 30.0) -> Handle:
        """Load the Qwen2 checkpoint in `folder` (which must be in `spec.readable`) and return its tree.

        Args:
            folder: see `checkpoint.load`.
            dtype: cast floating weights to it ("float16"); None leaves them.
            deadline_s: for loading.
        """
        request = {"op": "checkpoint", "folder": str(folder.resolve()), "dtype": dtype}
        return self._handle(self._exchange(request, deadline_s))

    def stand_in(self, kind: str, name: str, **spec: Any) -> Handle:
        """Make a stand-in: kind "model", "function", "tokenizer" or "observed" asks the callback `name`.

        Keywords of "model" and "function" become attributes; "tokenizer" takes `vocab`, `eos_token_id`,
        `eos_token`; "observed" takes `target`, a handle. "layer" asks nothing: a quantized MLX layer of the
        given `weight`, `scales`, `biases`, `group_size` and `bits`.
        """
        request = {"op": "stand_in", "kind": kind, "name": name, "spec": spec}
        return self._handle(self._exchange(request, self.spec.import_s))

    def release(self, *handles: Handle) -> None:
        """Let the worker forget objects."""
        self._exchange({"op": "release", "handles": list(handles)}, self.spec.import_s)

    def exports(self, op: str) -> bool:
        """Tell whether the built module has a name, by importing it in the worker.

        Raises:
            Fault: the module does not load, or ends the process.
        """
        return self._exchange({"op": "exports", "name": op}, self.spec.import_s) is True

    def record(self) -> None:
        """Let the worker keep what its Metal kernels are given and give, from now on."""
        self._exchange({"op": "record", "max_bytes": captures.MAX_BYTES}, self.spec.import_s)

    def recorded(self) -> tuple[captures.Dispatch, ...]:
        """Return what it says about its dispatches since `record`.

        Raises:
            Fault: it says nothing that could be one.
        """
        return captures.read(self._exchange({"op": "recorded"}, self.spec.import_s))

    def cpu_s(self) -> float:
        """Return the CPU seconds of this worker so far, seen from outside; 0.0 but on Linux."""
        return self._cpu_before + (self._child.cpu_s() if self._child is not None else 0.0)

    def stop(self) -> None:
        """End the process; can be called twice."""
        if self._child is not None:
            self._child.kill()
            self._cpu_before += self._child.cpu_s()
        self._child = self._line = None

    def _exchange(
        self,
        request: dict[str, Any],
        deadline_s: float,
        callbacks: Mapping[str, Callable[..., Any]] | None = None,
    ) -> Any:
        line = self._line
        if line is None or self._child is None:
            raise CannotJudge("a worker is called before it is started, or after it has ended")
        self._request += 1
        try:
            line.begin(deadline_s)
            line.send({"id": self._request, **request})
            message = converse(line, self._request, callbacks or {}, self.spec)
            if line.has_extra():
                raise line.kill(faults.PROTOCOL, "it wrote more to the grader's channel than one reply")
        except Fault as fault:
            if fault.kind != faults.ERROR:
                self.stop()
            raise
        except BaseException:  # the grader's own mistake, or Ctrl-C: the conversation is in an unknown state
            self.stop()
            raise
        return message

    def _handle(self, answer: Any) -> Handle:
        if type(answer) is Handle:
            return answer
        raise self._malformed()

    def _malformed(self) -> Fault:
        self.stop()
        return Fault(faults.PROTOCOL, "its reply has not the form of a result")

    def _prepare(self, bare: bool, anew: bool = False) -> None:
        if anew:
            self.start()
        self._exchange({"op": "prepare", "bare": bare}, self.spec.import_s)

    def _modules(self) -> list[str]:
        names = {p.stem for p in self.spec.package_dir.glob("*.py")}
        names |= {p.parent.name for p in self.spec.package_dir.glob("*/__init__.py")}
        return sorted(name for name in names if name.isidentifier() and name != "__init__")

    def _try_import(self, module: str) -> Fault | None:
        try:
            self._exchange({"op": "import", "module": module}, self.spec.import_s)
        except Fault as fault:
            return fault
        return None
