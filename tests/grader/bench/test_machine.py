"""Peaks of the machine: measured once a day, kept in a file that is not trusted; and one race at a time."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from grader.bench import machine
from grader.bench.lock import Busy, alone
from grader.bench.machine import Machine, peaks


def test_peaks_are_measured_and_kept(tmp_path):
    """A real machine does more than 100 MFLOP/s and reads more than 100 MB/s; the second question is not measured."""
    found = peaks(tmp_path)
    assert found.flops > 1e8
    assert found.bytes_per_s > 1e8
    assert peaks(tmp_path) == found


@pytest.mark.parametrize(
    "change",
    [{"measured_at": 0.0}, {"name": "another machine"}, {"flops": -1.0}, {"measured_at": 1e12}, {"new": 1}],
)
def test_what_is_kept_is_measured_anew_if_it_is_old_or_of_another_machine(tmp_path, monkeypatch, change):
    known = {"flops": 1.0, "bytes_per_s": 1.0, "measured_at": time.time(), "name": machine._name()}
    file = tmp_path / "machine.json"
    file.write_text(json.dumps(known))
    assert peaks(tmp_path).flops == 1.0
    file.write_text(json.dumps({**known, **change}))
    monkeypatch.setattr(machine, "_PROGRAM", 'print(\'{"flops": 7.0, "bytes_per_s": 8.0}\')')
    assert peaks(tmp_path).flops == 7.0


def test_a_measurement_that_fails_says_so(monkeypatch):
    monkeypatch.setattr(machine, "_PROGRAM", "raise RuntimeError('no numpy')")
    with pytest.raises(ValueError, match="no numpy"):
        peaks()


def test_no_honest_kernel_is_as_fast_as_the_bound():
    """1 GFLOP at a measured peak of 1 GFLOP/s: 1 s honestly, and INVALID only below a fifth of it."""
    assert Machine(1e9, 1e9).fastest_s(1e9) == pytest.approx(0.2)


def test_only_one_race_at_a_time(tmp_path):
    """Another process holds the lock; when it ends, however it does, the next one gets it."""
    text = (
        "import sys, time\nfrom pathlib import Path\nfrom grader.bench.lock import alone\n"
        "with alone(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", text, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(Busy, match="another grader"), alone(tmp_path, wait_s=0.1):
            pass
        other.kill()
        other.wait()
        with alone(tmp_path, wait_s=5):
            pass


def test_without_room_for_a_lock_the_race_goes_on(tmp_path):
    with alone(tmp_path / "missing"):
        pass
