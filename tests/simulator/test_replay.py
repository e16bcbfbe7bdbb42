"""Captured dispatches run again in another process, with the same numbers and the problems that check mode sees."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kernels.simulator import LaunchError
from kernels.simulator.compiler import build_to, translate_file
from kernels.simulator.launch import Binding, Dispatch, Settings, loaded_runtime
from kernels.simulator.replay import read_job, read_reply, replay, write_job
from kernels.simulator.runtime_build import runtime_library
from tests.simulator.metal_text import metal_file

BODY = """
constant int shift [[function_constant(0)]];
kernel void add(device const float* x, device float* y, constant int& n, threadgroup float* t [[threadgroup(0)]],
    uint i [[thread_position_in_grid]]) {
  t[0] = 1;
  if (int(i) < n) y[i] += x[i + shift];
}
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kernel library in check mode."""
    folder = tmp_path_factory.mktemp("replay")
    build_to(translate_file(metal_file(folder, BODY)), "check", folder / "k.so")
    return folder / "k.so"


def job(shift: int) -> Dispatch:
    """A dispatch of four threads that adds ``x`` to ``y``."""
    bindings = {
        0: Binding(bytearray(np.arange(4, dtype=np.float32).tobytes())),
        1: Binding(bytearray(np.full(4, 10, np.float32).tobytes()), 2),
        2: Binding(bytearray(np.int32(4).tobytes()), 0, True),
    }
    constants = {0: np.int32(shift).tobytes()}
    return Dispatch(bindings, (4,), (1,), True, {0: 16}, constants)


def test_a_job_is_read_as_it_was_written(library: Path) -> None:
    """Writing and reading a job gives the same dispatch; an output's contents do not travel."""
    stream = io.BytesIO()
    dispatch = job(1)
    dispatch.bindings[1].direction = 1
    write_job(stream, Path("rt.so"), library, "add", dispatch, Settings(mode="check", order="reversed"))
    stream.seek(0)
    read = read_job(stream)
    assert read is not None
    assert read[:3] == (Path("rt.so"), library, "add")
    assert bytes(read[3].bindings[1].data) == bytes(16)
    assert bytes(read[3].bindings[0].data) == bytes(dispatch.bindings[0].data)
    assert (read[3].grid, read[3].threadgroup, read[3].grid_is_threads) == ((4,), (1,), True)
    assert (read[3].threadgroup_lengths, read[3].function_constants) == ({0: 16}, {0: b"\1\0\0\0"})
    assert read[4].order == "reversed"
    assert read_job(stream) is None


def test_replay_in_this_process(library: Path) -> None:
    """The function gives the outputs' bytes and the problems."""
    runtime = loaded_runtime(runtime_library).path
    replayed = replay(runtime, library, "add", job(0), Settings(mode="check"))
    assert np.frombuffer(replayed.outputs[1], np.float32).tolist() == [10, 11, 12, 13]
    assert (replayed.diagnostics, replayed.fatal) == ((), False)
    with pytest.raises(LaunchError, match="has no kernel 'sub'"):
        replay(runtime, library, "sub", job(0), Settings())


def test_program_answers_several_jobs(library: Path) -> None:
    """One process answers jobs in order; it needs neither numpy nor MLX."""
    stream = io.BytesIO()
    for shift in (0, 1):
        write_job(stream, runtime_library(), library, "add", job(shift), Settings(mode="check", sample=1))
    write_job(stream, runtime_library(), library, "sub", job(0), Settings())
    code = (
        "import sys; sys.modules['numpy'] = sys.modules['mlx'] = None; "
        "from kernels.simulator.replay import main; sys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=stream.getvalue(), capture_output=True, check=False
    )
    replies = io.BytesIO(done.stdout)
    first, outputs = read_reply(replies)
    assert np.frombuffer(outputs[1], np.float32).tolist() == [10, 11, 12, 13]
    assert (first["diagnostics"], first["counts"]["threads"]) == ([], 4)
    second, _ = read_reply(replies)
    assert [(d["kind"], d["element"], d["frames"][0]["line"]) for d in second["diagnostics"]] == [
        ("device-out-of-bounds", 4, 8)
    ]
    assert "reads element 4 of buffer(0) `x`" in second["diagnostics"][0]["sentence"]
    third, _ = read_reply(replies)
    assert third == {"error": "the library k.so has no kernel 'sub'"}
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"no json\n", "JSONDecodeError"),
        (b"[]\n", "TypeError"),
        (
            b'{"bindings": [{"index": 0, "bytes": 8, "given": 4, "direction": "input"}]}\n',
            "gives 4 of 8 bytes",
        ),
        (
            b'{"bindings": [{"index": 0, "bytes": 8, "given": 8, "direction": "input"}]}\nabc',
            "ends after 3 of 8 bytes",
        ),
        (b'{"bindings": [{"index": 0, "bytes": 0, "given": 0, "direction": "sideways"}]}\n', "ValueError"),
        (b'{"bindings": [], "grid": [1], "threadgroup": [1], "settings": {"speed": 1}}\n', "speed"),
        (b'{"bindings": [], "grid": [1], "threadgroup": [1]}\n', "KeyError: 'runtime'"),
    ],
)
def test_malformed_jobs_are_refused(text: bytes, message: str) -> None:
    """A job of another form is an error that says what is wrong with it."""
    with pytest.raises(LaunchError, match="the job is malformed") as caught:
        read_job(io.BytesIO(text))
    assert message in str(caught.value)


def test_cut_off_reply_is_an_error() -> None:
    """A reply whose bytes are missing is not taken for a short output."""
    header = json.dumps({"outputs": [{"index": 1, "bytes": 4}]}).encode()
    with pytest.raises(ValueError, match="output 1 ends after 2 of 4 bytes"):
        read_reply(io.BytesIO(header + b"\nab"))
