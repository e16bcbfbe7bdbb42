"""What is said in the course of one call: questions that stand-ins ask, and its result or error.

The grader's side. Checks the form of everything that the worker says. Knows nothing about processes or the
course.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import faults
from .build import Built
from .faults import CallbackFailed, Fault, RefuseCall, StopCall, clean
from .metal_process import has_gpu
from .tracebacks import student_frames
from .watchdog import Line
from .wire import Handle

HOST = Path(__file__).resolve().parents[2] / "kernels" / "simulator" / "host"
MAX_CALLBACKS = 20_000  # in one call
CALLBACKS_AFTER_STOP = 8

Callbacks = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True)
class WorkerSpec:
    """What to run and how confined."""

    package_dir: Path  # the package's folder inside the snapshot
    package_name: str
    root: Path  # the snapshot: readable
    readable: tuple[Path, ...] = ()  # also readable: checkpoints
    memory_bytes: int = 4 << 30
    max_threads: int = 64
    output_bytes: int = 4 << 20  # in one call
    reply_bytes: int = 256 << 20
    cpu_s: int = 120  # over the worker's life
    start_s: float = 20
    import_s: float = 10
    unsafe: bool = False  # go on although a required layer of the sandbox is missing
    built: Built | None = None  # the compiled kernels
    environment: tuple[
        tuple[str, str], ...
    ] = ()  # more variables: executed, not forked; no bound on addresses
    refused: tuple[tuple[str, str], ...] = ()  # (function of MLX, why a call of it is refused)
    device: str = "cpu"  # "gpu": MLX's default device, simulated where there is none


def readable_by(spec: WorkerSpec) -> tuple[Path, ...]:
    """Return what a worker may read besides its snapshot: checkpoints, the built module's folder, the simulated GPU."""
    module = spec.built.module if spec.built is not None else None
    gpu = [Path(file) for file in (gpu_files(spec) or {}).values()]
    return (*spec.readable, *([] if module is None else [module.parent]), *gpu)


def gpu_files(spec: WorkerSpec) -> dict[str, str] | None:
    """Return the files of the simulator that a worker with a GPU needs, none on a Mac; None for one without a GPU."""
    if spec.device != "gpu":
        return None
    if has_gpu():
        return {}
    return {name: str(HOST / f"{name}.py") for name in ("streams", "captures")}


def converse(line: Line, request: int, callbacks: Callbacks, spec: WorkerSpec) -> Any:
    """Answer the worker's questions until it has a result, and return that.

    Args:
        line: the channel, on which the request has been sent.
        request: its id, which everything must carry that comes back.
        callbacks: what answers the questions, by name.
        spec: of the worker.

    Raises:
        Fault: ERROR, the worker is alive; any other kind, it has been ended.
    """
    stopped: str | None = None
    asked = asked_after_stop = 0
    while True:
        message = line.receive()
        if type(message) is not dict or message.get("id") != request:
            raise line.kill(faults.PROTOCOL, "its reply does not belong to the call")
        if "cb" not in message:
            break
        asked += 1
        asked_after_stop += stopped is not None
        if asked_after_stop > CALLBACKS_AFTER_STOP or asked > MAX_CALLBACKS:
            raise line.kill(faults.TIMEOUT, stopped or f"it made more than {MAX_CALLBACKS} calls back")
        if stopped is None:
            try:
                line.send({"ok": _answer(line, message, callbacks)})
                continue
            except RefuseCall as refusal:
                line.send({"refused": refusal.reason})
                continue
            except StopCall as stop:
                stopped = clean(stop.reason)  # may quote the submission: it has to fit into a frame
        line.send({"stop": stopped})
    if stopped is not None:
        raise Fault(faults.ERROR, stopped, "StopCall", (), line.printed())
    if "ok" in message:
        return message["ok"]
    raise _error(line, spec, message.get("err"))


def well_formed(answer: Any, *, repeat: int, as_handle: bool, echo: bool) -> bool:
    """Return whether `answer` is [value, arguments after the call] as `Worker.call` has asked for it."""
    if type(answer) is not list or len(answer) != 2:
        return False
    value, after = answer
    if repeat > 1 and (type(value) is not list or len(value) != repeat):
        return False
    if as_handle and not all(type(item) is Handle for item in (value if repeat > 1 else [value])):
        return False
    if not echo:
        return True
    return type(after) is list and [type(part) for part in after] == [tuple, dict]


def _answer(line: Line, message: dict[str, Any], callbacks: Callbacks) -> Any:
    name, method, args, kwargs = (message.get(key) for key in ("cb", "method", "args", "kwargs"))
    readable = type(name) is str and type(method) is str and type(args) is list and type(kwargs) is dict
    if not readable or name not in callbacks or not all(type(key) is str for key in kwargs or {}):
        raise line.kill(faults.PROTOCOL, "it called back for something that does not exist")
    callback = callbacks[name]  # type: ignore[index]
    # `method` is the grader's word, whatever the submission passes under that name
    keywords = {**kwargs, "method": method} if method else kwargs  # type: ignore[dict-item]
    _refuse_misfit(name, callback, args, keywords, set(kwargs))  # type: ignore[arg-type]
    try:
        return callback(*args, **keywords)  # type: ignore[misc,arg-type]
    except (StopCall, RefuseCall, Fault):
        raise
    except Exception as error:
        raise CallbackFailed(f"{type(error).__name__}: {error} in the callback {name}") from error


def _refuse_misfit(
    name: str, callback: Callable[..., Any], args: list[Any], keywords: Mapping[str, Any], chosen: set[str]
) -> None:
    """Refuse arguments that the callback does not take: a mistake in the call, not in the grader.

    Parameters with a default are the grader's own (what a closure carries): the submission, which has chosen the
    keywords `chosen`, sets none of them.

    Raises:
        RefuseCall: always for such a call.
    """
    signature = inspect.signature(getattr(callback, "__func__", callback))
    receiver = [callback.__self__] if inspect.ismethod(callback) else []  # so that a keyword "self" clashes
    own = {key for key, p in signature.parameters.items() if p.default is not p.empty}
    if own & chosen:
        raise RefuseCall(f"{name}: got an unexpected keyword argument {min(own & chosen)!r}")
    try:
        signature.bind(*receiver, *args, **keywords)
    except TypeError as error:
        raise RefuseCall(clean(f"{name}: {error}")) from None


def _error(line: Line, spec: WorkerSpec, report: Any) -> Fault:
    """Return the fault for what the worker reports, after ending it if it is no plain exception."""
    if type(report) is not dict:
        return line.kill(faults.PROTOCOL, "its reply is neither a result nor an error")
    name, text = clean(report.get("exception"), 80), clean(report.get("text"))
    if report.get("kind") == "EXIT":
        return line.kill(faults.EXIT, f"it ended itself: SystemExit({text})", text)
    if report.get("kind") == "MEMORY" or "Unable to allocate" in text or "bad_alloc" in text:
        return line.kill(faults.MEMORY, text or "it could not get the memory that it asked for", name)
    missing = report.get("missing")
    if type(missing) is str and missing.partition(".")[0] != spec.package_name:
        package = clean(missing.partition(".")[0], 80)
        text = f"needs the package '{package}', which is not available in the grader"
    frames = student_frames(spec.root, report.get("frames"))
    return Fault(faults.ERROR, text, name, frames, line.printed())
