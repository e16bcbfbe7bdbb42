"""Run captured dispatches again, as a program that reads jobs from its input and writes replies to its output.

``python -m kernels.simulator.replay`` reads jobs until its input ends. A job is one line of JSON, then the bytes of its
bindings in the order of the list; a reply is one line of JSON, then the bytes of its outputs. Fields of a job:

* ``runtime`` and ``library``: paths of the runtime library and of the kernel library (compiled for ``mode``);
* ``kernel``, ``grid``, ``threadgroup``, ``grid_is_threads``;
* ``threadgroup_lengths``: index (as text) to bytes; ``function_constants``: index (as text) to the value in hex;
* ``bindings``: a list of ``{"index", "direction", "is_bytes", "bytes", "given"}``, where ``direction`` is ``input``,
  ``output`` (undefined before) or ``updated``, ``bytes`` is the size and ``given`` how many bytes of contents follow:
  all of them, or 0 for zeros;
* ``settings``: the fields of ``launch.Settings``, all optional.

Fields of a reply: ``fatal``, ``seconds``, ``diagnostics``, ``counts`` and ``outputs`` (a list of ``{"index",
"bytes"}``); or ``error``, a sentence, alone. It knows nothing about arrays, and needs neither numpy nor MLX.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from .diagnostics import Counts, Diagnostic, read_counts, read_diagnostics
from .errors import LaunchError, SimulatorError
from .launch import Binding, Dispatch, Settings, load_runtime

DIRECTIONS = ("input", "output", "updated")
MAX_HEADER_BYTES = 1 << 20


@dataclasses.dataclass(frozen=True)
class Replayed:
    """What a dispatch left behind.

    Attributes:
        outputs: Contents of the output bindings by index.
        diagnostics: Problems, certain ones first.
        counts: Counts of the dispatch.
        seconds: Time that it took.
        fatal: Whether it was ended before all threads were done.
    """

    outputs: dict[int, bytes]
    diagnostics: tuple[Diagnostic, ...]
    counts: Counts
    seconds: float
    fatal: bool


def replay(runtime: Path, library: Path, kernel: str, dispatch: Dispatch, settings: Settings) -> Replayed:
    """Run one dispatch in this process.

    Raises:
        LaunchError: The library has no such kernel.
        SimulatorError: A library cannot be loaded.
    """
    loaded = load_runtime(runtime)
    kernels = loaded.load(library)
    if kernel not in kernels:
        raise LaunchError(f"the library {library.name} has no kernel {kernel!r}")
    report = loaded.dispatch(kernels[kernel], dispatch, settings)
    return Replayed(
        outputs={i: bytes(b.data) for i, b in dispatch.bindings.items() if b.direction},
        diagnostics=read_diagnostics(report, kernels[kernel], library),
        counts=read_counts(report, library),
        seconds=float(report["seconds"]),
        fatal=bool(report["fatal"]),
    )


def write_job(
    stream: IO[bytes], runtime: Path, library: Path, kernel: str, dispatch: Dispatch, settings: Settings
) -> None:
    """Write one job; the counterpart of ``read_job``."""
    bindings = [
        {
            "index": index,
            "direction": DIRECTIONS[binding.direction],
            "is_bytes": binding.is_bytes,
            "bytes": len(binding.data),
            "given": 0 if binding.direction == 1 else len(binding.data),
        }
        for index, binding in dispatch.bindings.items()
    ]
    header = {
        "runtime": str(runtime),
        "library": str(library),
        "kernel": kernel,
        "grid": list(dispatch.grid),
        "threadgroup": list(dispatch.threadgroup),
        "grid_is_threads": dispatch.grid_is_threads,
        "threadgroup_lengths": {str(index): length for index, length in dispatch.threadgroup_lengths.items()},
        "function_constants": {
            str(index): value.hex() for index, value in dispatch.function_constants.items()
        },
        "bindings": bindings,
        "settings": dataclasses.asdict(settings),
    }
    stream.write(json.dumps(header).encode() + b"\n")
    for binding in dispatch.bindings.values():
        if binding.direction != 1:
            stream.write(binding.data)


def read_job(stream: IO[bytes]) -> tuple[Path, Path, str, Dispatch, Settings] | None:
    """Read one job: runtime, library, kernel, dispatch and settings; None where the input has ended.

    Raises:
        LaunchError: The job is not of the form that this module's docstring gives.
    """
    line = stream.readline(MAX_HEADER_BYTES)
    if not line:
        return None
    try:
        header = json.loads(line)
        dispatch = Dispatch(
            bindings={int(row["index"]): _read_binding(stream, row) for row in header["bindings"]},
            grid=tuple(map(int, header["grid"])),
            threadgroup=tuple(map(int, header["threadgroup"])),
            grid_is_threads=bool(header.get("grid_is_threads", False)),
            threadgroup_lengths={int(i): int(n) for i, n in header.get("threadgroup_lengths", {}).items()},
            function_constants={
                int(i): bytes.fromhex(v) for i, v in header.get("function_constants", {}).items()
            },
        )
        settings = Settings(**{"mode": "check", **header.get("settings", {})})
        return Path(header["runtime"]), Path(header["library"]), str(header["kernel"]), dispatch, settings
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise LaunchError(f"the job is malformed: {type(error).__name__}: {error}") from error


def _read_binding(stream: IO[bytes], row: Mapping[str, Any]) -> Binding:
    size, given = int(row["bytes"]), int(row["given"])
    if given not in (0, size):
        raise ValueError(f"binding {row['index']} gives {given} of {size} bytes")
    data = bytearray(stream.read(given)) if given else bytearray(size)
    if len(data) != size:
        raise ValueError(f"binding {row['index']} ends after {len(data)} of {size} bytes")
    return Binding(data, DIRECTIONS.index(row["direction"]), bool(row.get("is_bytes", False)))


def write_reply(stream: IO[bytes], replayed: Replayed) -> None:
    """Write the reply to one job."""
    header = {
        "fatal": replayed.fatal,
        "seconds": replayed.seconds,
        "diagnostics": [diagnostic.as_json() for diagnostic in replayed.diagnostics],
        "counts": replayed.counts.as_json(),
        "outputs": [{"index": index, "bytes": len(data)} for index, data in replayed.outputs.items()],
    }
    stream.write(json.dumps(header).encode() + b"\n")
    for data in replayed.outputs.values():
        stream.write(data)
    stream.flush()


def read_reply(stream: IO[bytes]) -> tuple[dict[str, Any], dict[int, bytes]]:
    """Read one reply: its JSON, and the contents of the outputs by index.

    Raises:
        ValueError: The reply is cut off or no JSON.
    """
    header: dict[str, Any] = json.loads(stream.readline())
    outputs = {}
    for row in header.get("outputs", ()):
        data = stream.read(int(row["bytes"]))
        if len(data) != int(row["bytes"]):
            raise ValueError(f"output {row['index']} ends after {len(data)} of {row['bytes']} bytes")
        outputs[int(row["index"])] = data
    return header, outputs


def main(arguments: Sequence[str] = ()) -> int:
    """Answer jobs from the standard input until it ends; return the exit code."""
    del arguments
    jobs, replies = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            job = read_job(jobs)
            if job is None:
                return 0
            write_reply(replies, replay(*job))
        except LaunchError as error:  # what follows in the input cannot be told apart any more
            replies.write(json.dumps({"error": str(error)}).encode() + b"\n")
            return 1
        except SimulatorError as error:
            replies.write(json.dumps({"error": str(error)}).encode() + b"\n")
            replies.flush()


if __name__ == "__main__":
    sys.exit(main())
