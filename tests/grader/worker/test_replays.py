"""Metal files compile in the sandbox, and dispatches run again there: bytes, findings with lines, counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grader.worker import build_process, replays
from grader.worker.build_cache import Cache
from grader.worker.build_metal import MetalCompiler, no_compiler
from grader.worker.captures import Binding, Dispatch
from grader.worker.replays import COUNTED, PLAIN, SAFETY, Replayer, ReplayFailed

pytestmark = pytest.mark.skipif(bool(no_compiler()), reason=f"no compiler for Metal: {no_compiler()}")

CACHE = Path(__file__).resolve().parents[3] / "build" / "test-metal"
HEAD = "#include <metal_stdlib>\nusing namespace metal;\n"
SAXPY = f"""{HEAD}[[kernel]] void saxpy(device const float* x [[buffer(0)]], device float* y [[buffer(1)]],
                    constant float& a [[buffer(2)]], uint i [[thread_position_in_grid]]) {{
  y[i] += a * x[i];
}}
"""
X, Y = np.arange(64, dtype=np.float32), np.ones(64, np.float32)


def replayer(folder: Path, text: str) -> Replayer:
    """Return what runs the kernels of one file again."""
    (folder / "kernels.metal").write_text(text)
    return Replayer(folder, CACHE)


def saxpy(threads: int) -> Dispatch:
    """Return a dispatch of so many threads on 64 numbers."""
    bindings = (
        Binding(0, "input", False, X.tobytes(), b""),
        Binding(1, "updated", False, Y.tobytes(), Y.tobytes()),
        Binding(2, "input", True, np.float32(2).tobytes(), b""),
    )
    return Dispatch("saxpy", "kernels", bindings, (threads, 1, 1), (32, 1, 1), True)


def test_a_kernel_gives_the_same_numbers_in_every_setting_and_nothing_is_found(tmp_path):
    done = replayer(tmp_path, SAXPY).run([saxpy(64)], (PLAIN, *SAFETY))
    assert [one.fault for one in done] == [""] * 4
    for one in done:
        np.testing.assert_array_equal(np.frombuffer(one.outputs[1], np.float32), Y + 2 * X)
        assert one.diagnostics == ()


def test_an_access_past_the_end_is_told_with_thread_and_line(tmp_path):
    (found, *_) = replayer(tmp_path, SAXPY).run([saxpy(65)], SAFETY[:1])[0].diagnostics
    assert (found.kind, found.element, found.elements) == ("device-out-of-bounds", 64, 64)
    assert found.thread.threadgroup == (2, 0, 0)
    assert (found.frames[0].file, found.frames[0].line) == ("kernels.metal", 5)
    assert found.frames[0].text == "y[i] += a * x[i];"


def test_bytes_and_transactions_are_counted(tmp_path):
    (one,) = replayer(tmp_path, SAXPY).run([saxpy(64)], (COUNTED,))
    assert (one.counts["device_read_bytes"], one.counts["device_write_bytes"]) == (512, 256)
    assert one.counts["device_transactions"] == 6  # three accesses of two simdgroups, 128 bytes each


def test_a_dispatch_of_a_kernel_that_is_not_there_is_a_fault_of_it_alone(tmp_path):
    other = Dispatch("sexpy", "kernels", (), (1, 1, 1), (1, 1, 1), True)
    (one,) = replayer(tmp_path, SAXPY).run([other], (PLAIN,))
    assert "no kernel 'sexpy'" in one.fault


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("  y[i] = totals[i];", "kernels.metal:5: use of undeclared identifier 'totals'"),
        ("  double sum = 0; y[i] = sum;", "double"),
        ('  asm volatile("nop");', "asm"),
        ("  y[i] = __builtin_expect(1, 1);", "__builtin"),
        ('#include "/etc/passwd"', "/etc/passwd"),
    ],
)
def test_a_refused_file_is_told_by_the_students_line(tmp_path, body, words):
    text = SAXPY.replace("  y[i] += a * x[i];", body)
    made = MetalCompiler({"kernels.metal": text.encode()}, Cache(CACHE)).compile("kernels.metal")
    assert made.library is None
    assert words in made.errors
    assert "root:" not in made.errors


def test_a_replay_whose_supervisor_does_not_end_is_nobodys_fault(tmp_path, monkeypatch):
    """The machine stands still: no word about the kernel, and the process that was waited for is gone."""
    ready = replayer(tmp_path, SAXPY)
    ready.library(saxpy(64), PLAIN.mode)  # compiled while the supervisor works
    stuck = tmp_path / "stuck.py"
    note = f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))"
    stuck.write_text(f"import os, time\n{note}\ntime.sleep(600)\n")
    monkeypatch.setattr(build_process, "BOOT", stuck)
    monkeypatch.setattr(build_process, "SPARE_S", 1.0)
    monkeypatch.setattr(replays, "SPARE_S", 0.5)
    monkeypatch.setattr(replays, "DEADLINE_S", 0.5)
    with pytest.raises(ReplayFailed, match=r"supervisor did not end within 2 s"):
        ready.run([saxpy(64)], (PLAIN,))
    pid = int((tmp_path / "pid").read_text())
    assert not Path(f"/proc/{pid}").exists()


def test_a_full_disk_while_a_dispatch_runs_again_is_nobodys_fault(tmp_path, monkeypatch):
    """What the machine lacks is told as such, whatever the process printed."""
    ready = replayer(tmp_path, SAXPY)
    ready.library(saxpy(64), PLAIN.mode)
    ended = build_process.Ended(1, True, "Traceback", at_fault="the disk is full: 3 MiB are free")
    monkeypatch.setattr(replays, "simulate", lambda *args, **options: ended)
    with pytest.raises(ReplayFailed, match="cannot be run again: the disk is full: 3 MiB are free"):
        ready.run([saxpy(64)], (PLAIN,))


def test_a_compiled_file_is_kept_by_its_content():
    compiler = MetalCompiler({"kernels.metal": SAXPY.encode()}, Cache(CACHE))
    first, again = compiler.compile("kernels.metal"), compiler.compile("kernels.metal")
    assert first.library == again.library
    assert first.library is not None
    other = MetalCompiler({"kernels.metal": SAXPY.encode() + b"\n"}, Cache(CACHE)).compile("kernels.metal")
    assert other.key != first.key
