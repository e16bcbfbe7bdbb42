"""One submission under test: a worker that is fresh for every task and after every fault, and calls on it.

Knows how a `Call` becomes requests to the worker; knows nothing about oracles, verdicts or points.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from grader.course import checkpoints
from grader.course.model import Call, Checkpoint, Layer
from grader.paths import MODELS, PUBLIC_MODELS
from grader.worker import faults, sandbox
from grader.worker.client import MAX_RESTARTS, ImportReport, Reply, Worker, WorkerSpec, Zygote
from grader.worker.faults import Fault
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
        path = self.root / f"{checkpoint.name}-{'public' if checkpoint.public else 'hidden'}"
        seed = PUBLIC_SEED if checkpoint.public else self._seed
        return path if path.is_dir() else checkpoints.write(checkpoint.name, seed, path)

    def readable(self) -> tuple[Path, ...]:
        """Return what a worker may read."""
        return (self.root, *(MODELS / name for name in PUBLIC_MODELS if (MODELS / name).is_dir()))

    def close(self) -> None:
        """Remove the random checkpoints."""
        self._temporary.cleanup()


class Session:
    """Calls on one submission. A context manager; `renew()` between tasks keeps one task's state out of the next."""

    def __init__(self, spec: WorkerSpec, zygote: Zygote | None, folders: Checkpoints) -> None:
        self._spec, self._zygote, self._folders = spec, zygote, folders
        self._worker: Worker | None = None
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

    def start(self) -> None:
        """Start the first worker and import the submission; `sandbox` and `imports` say how that went."""
        self.renew()
        worker = Worker(self._spec, self._zygote)
        self._worker = worker
        worker.start()
        self.sandbox = dict(worker.sandbox)
        self.imports = worker.load()
        self._deadly = {m: f for m, f in self.imports.failures.items() if f.kind != faults.ERROR}

    @property
    def worker(self) -> Worker:
        """The live worker with the submission imported; a fresh one if there is none."""
        if self.imports is None:
            self.start()
        if self._worker is None or not self._worker.alive:
            self.renew()
            self._worker = Worker(self._spec, self._zygote)
            self._worker.start()
            assert self.imports is not None
            self._worker.load(bare=not self.imports.ok)
        return self._worker

    def layers(self) -> dict[str, str]:
        """Return what each layer of the sandbox holds, with its numbers."""
        return sandbox.layers(
            sandbox.policy(
                root=self._spec.root,
                package_dir=self._spec.package_dir,
                readable_paths=self._spec.readable,
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
        """Stop the worker; the next call gets a fresh one."""
        if self._worker is not None:
            self._spent_cpu_s += self._worker.cpu_s()
            self._worker.stop()
        self._worker = None

    def cpu_s(self) -> float:
        """Return the CPU time of all workers of this session so far."""
        running = self._worker.cpu_s() if self._worker is not None else 0.0
        return self._spent_cpu_s + running

    def invoke(
        self,
        target: str,
        call: Call,
        *,
        deadline_s: float,
        echo: bool = False,
        callbacks: Callbacks | None = None,
    ) -> Reply:
        """Carry out a call.

        Raises:
            Fault: what the submission did in place of answering.
        """
        self.refuse(target)
        worker = self.worker
        made: list[Handle] = []
        try:
            function: str | Handle = target
            if call.init is not None:
                initial, by_name = self._place(call.init, made), self._place(call.init_by_name, made)
                built = worker.call(
                    target, list(initial.values()), by_name, deadline_s=deadline_s, as_handle=True
                )
                assert isinstance(built.value, Handle)
                function = built.value
                made.append(function)
            return worker.call(
                function,
                list(self._place(call.args, made).values()),
                self._place(call.by_name, made),
                deadline_s=deadline_s,
                method=call.method,
                echo=echo,
                optional={"offset": 0},
                callbacks=callbacks or {},
            )
        finally:
            if made and worker.alive:
                worker.release(*made)

    def _place(self, arguments: Mapping[str, Any], made: list[Handle]) -> dict[str, Any]:
        """Replace checkpoints and layers by handles in the worker."""
        return {name: self._placed(value, made) for name, value in arguments.items()}

    def _placed(self, value: Any, made: list[Handle]) -> Any:
        if isinstance(value, Checkpoint):
            handle = self.worker.checkpoint(self._folders.folder(value), value.dtype)
        elif isinstance(value, Layer):
            handle = self.worker.stand_in(
                "layer",
                "layer",
                weight=value.weight,
                scales=value.scales,
                biases=value.biases,
                group_size=value.group_size,
                bits=value.bits,
            )
        else:
            return value
        made.append(handle)
        return handle
