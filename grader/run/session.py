"""One submission under test: a worker that is fresh for every task and after every fault, and calls on it.

Knows how a `Call` becomes requests to the worker; knows nothing about oracles, verdicts or points.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from grader.course import checkpoints
from grader.course.model import Call, Checkpoint, Layer, Made, Strided
from grader.paths import MODELS, PUBLIC_MODELS
from grader.worker import faults, sandbox
from grader.worker.build import Built
from grader.worker.client import MAX_RESTARTS, ImportReport, Reply, Worker, WorkerSpec, Zygote
from grader.worker.conversation import readable_by
from grader.worker.faults import Fault
from grader.worker.timing import TimedWorker
from grader.worker.wire import Handle

PUBLIC_SEED = 2026
Callbacks = Mapping[str, Callable[..., object]]


class Checkpoints:
    """Folders of the models that ship, and random ones that are made when they are first asked for."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._temporary = tempfile.TemporaryDirectory(prefix="grader-checkpoints-")
        self.root = Path(self._temporary.name)
        self.root.chmod(0o755)

    def folder(self, checkpoint: Checkpoint) -> Path:
        """Return the folder of a checkpoint."""
        if checkpoint.name in PUBLIC_MODELS:
            return MODELS / checkpoint.name
        path = self._side(checkpoint.public) / checkpoint.name
        seed = PUBLIC_SEED if checkpoint.public else self._seed
        return path if path.is_dir() else checkpoints.write(checkpoint.name, seed, path)

    def readable(self, public: bool = True) -> tuple[Path, ...]:
        """Return what a worker may read: weights of hidden cases only where those are computed."""
        shipped = (MODELS / name for name in PUBLIC_MODELS if (MODELS / name).is_dir())
        return (self._side(public), *shipped)

    def _side(self, public: bool) -> Path:
        folder = self.root / ("public" if public else "hidden")
        folder.mkdir(mode=0o755, exist_ok=True)
        return folder

    def close(self) -> None:
        """Remove the random checkpoints."""
        self._temporary.cleanup()


class Session:
    """Calls on one submission. A context manager; `renew()` between tasks keeps one task's state out of the next.

    Public and hidden cases are computed in workers of their own, because what a public case answers is shown whole: a
    submission that remembers hidden inputs would otherwise tell them there.
    """

    def __init__(self, spec: WorkerSpec, zygote: Zygote | None, folders: Checkpoints) -> None:
        self._spec, self._zygote, self._folders = spec, zygote, folders
        self._workers: dict[bool, Worker] = {}  # by whether the case is public
        self.imports: ImportReport | None = None
        self.sandbox: dict[str, str] = {}
        self._spent_cpu_s = 0.0
        self._deadly: dict[str, Fault] = {}

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.renew()

    @property
    def spec(self) -> WorkerSpec:
        """What is run and how it is confined."""
        return self._spec

    @property
    def built(self) -> Built | None:
        """The submission's compiled kernels; None if the week has none."""
        return self._spec.built

    def with_kernels(self, built: Built) -> Session:
        """Return a session of its own for the same submission with another build of its kernels."""
        return Session(replace(self._spec, built=built), self._zygote, self._folders)

    def forbid(self, refused: tuple[tuple[str, str], ...]) -> None:
        """Refuse these functions of MLX (dotted name, sentence) from now on, and no others, in fresh workers."""
        if refused != self._spec.refused:
            self.renew()
            self._spec = replace(self._spec, refused=refused)

    def on(self, device: str) -> None:
        """Make calls with this device as MLX's default one, "cpu" or "gpu", in fresh workers if it was another."""
        if device != self._spec.device:
            self.renew()
            self._spec = replace(self._spec, device=device)

    def start(self) -> None:
        """Start the first worker and import the submission; `sandbox` and `imports` say how that went."""
        self.renew()
        worker = self._new(public=True)
        self.sandbox = dict(worker.sandbox)
        self.imports = worker.load()
        self._deadly = {m: f for m, f in self.imports.failures.items() if f.kind != faults.ERROR}

    def worker(self, public: bool = True) -> Worker:
        """Return the live worker for public or hidden cases, with the submission imported; start it if needed."""
        if self.imports is None:
            self.start()
        worker = self._workers.get(public)
        if worker is not None and worker.alive:
            return worker
        self._retire(public)
        worker = self._new(public)
        assert self.imports is not None
        worker.load(bare=not self.imports.ok)
        return worker

    def _new(self, public: bool) -> Worker:
        spec = replace(self._spec, readable=self._folders.readable(public))
        worker = Worker(spec, self._zygote)
        worker.start()
        self._workers[public] = worker
        return worker

    def _retire(self, public: bool) -> None:
        worker = self._workers.pop(public, None)
        if worker is not None:
            self._spent_cpu_s += worker.cpu_s()
            worker.stop()

    def layers(self) -> dict[str, str]:
        """Return what each layer of the sandbox holds, with its numbers."""
        return sandbox.layers(
            sandbox.policy(
                root=self._spec.root,
                package_dir=self._spec.package_dir,
                readable_paths=readable_by(self._spec),
                memory_bytes=self._spec.memory_bytes,
                cpu_s=self._spec.cpu_s,
                max_threads=self._spec.max_threads,
            )
        )

    def refuse(self, target: str | Handle) -> None:
        """Raise the fault of a module whose import ends or hangs the worker, without trying it again.

        Raises:
            Fault: the one that was found at the first import.
        """
        module = target.partition(".")[0] if isinstance(target, str) else ""
        fault = self._deadly.get(module)
        if fault is None and len(self._deadly) > MAX_RESTARTS:
            fault = next(iter(self._deadly.values()))  # so many modules end it that the rest was not tried
        if fault is not None:
            text = f"the import of {module} ends the worker: {fault.text}"
            raise Fault(fault.kind, text, fault.exception, fault.traceback, fault.printed)

    def renew(self) -> None:
        """Stop the workers; the next call gets a fresh one."""
        for public in list(self._workers):
            self._retire(public)

    def apart(self, core: int | None, environment: Mapping[str, str], public: bool = False) -> TimedWorker:
        """Return a fresh worker for timed calls, pinned to a core, that has imported the submission; `end` it.

        Raises:
            CannotJudge: it does not start.
        """
        if self.imports is None:
            self.start()
        assert self.imports is not None
        worker = TimedWorker(replace(self._spec, readable=self._folders.readable(public)), self._zygote)
        worker.start()
        worker.prepare(environment, core)
        worker.load(bare=not self.imports.ok)
        return worker

    def end(self, worker: Worker) -> None:
        """Stop a worker that was made `apart`, and count its CPU time."""
        self._spent_cpu_s += worker.cpu_s()
        worker.stop()

    def cpu_s(self) -> float:
        """Return the CPU time of all workers of this session so far."""
        return self._spent_cpu_s + sum(worker.cpu_s() for worker in self._workers.values())

    def invoke(
        self,
        target: str,
        call: Call,
        *,
        public: bool,
        deadline_s: float,
        echo: bool = False,
        callbacks: Callbacks | None = None,
    ) -> Reply:
        """Carry out a call.

        Raises:
            Fault: what the submission did in place of answering.
        """
        self.refuse(target)
        worker = self.worker(public)
        made: list[Handle] = []
        try:
            function: str | Handle = target
            if call.init is not None:
                initial, by_name = (
                    self._place(worker, call.init, made),
                    self._place(worker, call.init_by_name, made),
                )
                built = worker.call(
                    target, list(initial.values()), by_name, deadline_s=deadline_s, as_handle=True
                )
                assert isinstance(built.value, Handle)
                function = built.value
                made.append(function)
            return worker.call(
                function,
                list(self._place(worker, call.args, made).values()),
                self._place(worker, call.by_name, made),
                deadline_s=deadline_s,
                method=call.method,
                echo=echo,
                optional={"offset": 0},
                callbacks=callbacks or {},
            )
        finally:
            if made and worker.alive:
                worker.release(*made)

    def _place(self, worker: Worker, arguments: Mapping[str, Any], made: list[Handle]) -> dict[str, Any]:
        """Replace checkpoints and layers by handles in the worker."""
        return {name: self._placed(worker, value, made) for name, value in arguments.items()}

    def _placed(self, worker: Worker, value: Any, made: list[Handle]) -> Any:
        if isinstance(value, Checkpoint):
            handle = worker.checkpoint(self._folders.folder(value), value.dtype)
        elif isinstance(value, Layer):
            handle = worker.stand_in(
                "layer",
                "layer",
                weight=value.weight,
                scales=value.scales,
                biases=value.biases,
                group_size=value.group_size,
                bits=value.bits,
            )
        elif isinstance(value, Strided):
            handle = worker.stand_in("strided", "strided", array=value.array, axes=value.axes)
        elif isinstance(value, Made):
            layer = self._placed(worker, value.argument, made)
            handle = worker.call(value.target, [layer], method=value.method, as_handle=True).value
        else:
            return value
        made.append(handle)
        return handle
