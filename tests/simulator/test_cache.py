"""The simulator's cache: what is used stays, what was not used for longest goes when there is too much."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kernels.simulator import cache
from kernels.simulator.cache import build_once, trim

DAY_S = 86_400.0


def writes(size: int) -> Callable[[Path], None]:
    """Return a build that writes one file of a size."""
    return lambda folder: (folder / "kernels.so").write_bytes(bytes(size)) and None


def age(root: Path, **days: float) -> None:
    """Count entries as used so many days ago."""
    for name, ago in days.items():
        moment = time.time() - ago * DAY_S
        os.utime(root / name, (moment, moment))


def entries(root: Path) -> set[str]:
    return {path.name for path in root.iterdir() if path.is_dir()}


def test_the_entries_that_were_not_used_for_longest_go(tmp_path: Path) -> None:
    """Three of 1000 bytes and room for 2000: the oldest one goes, with all of its files."""
    for key in ("a", "b", "c"):
        build_once(tmp_path, key, "kernels.so", writes(1000))
    age(tmp_path, a=1, b=3, c=2)
    assert trim(tmp_path, 2000) == 1
    assert entries(tmp_path) == {"a", "c"}
    assert trim(tmp_path, 2000) == 0


def test_asking_for_an_entry_counts_as_use(tmp_path: Path) -> None:
    """What is found again is younger than what was built after it, and is not built a second time."""
    for key in ("a", "b"):
        build_once(tmp_path, key, "kernels.so", writes(1000))
    age(tmp_path, a=3, b=2)
    build_once(tmp_path, "a", "kernels.so", writes(1))
    assert trim(tmp_path, 1000) == 1
    assert entries(tmp_path) == {"a"}
    assert (tmp_path / "a" / "kernels.so").stat().st_size == 1000


def test_an_entry_of_the_last_minutes_stays(tmp_path: Path) -> None:
    """Another process may have the path and be about to load the file."""
    for key in ("a", "b"):
        build_once(tmp_path, key, "kernels.so", writes(1000))
    age(tmp_path, b=1)
    assert trim(tmp_path, 0) == 1
    assert entries(tmp_path) == {"a"}


def test_a_build_trims_the_folder_once_in_an_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever adds something takes away what is too much; what it has just built is there."""
    build_once(tmp_path, "a", "kernels.so", writes(1000))
    (tmp_path / "text" / "t").mkdir(parents=True)
    (tmp_path / "text" / "t" / "kernel.metal").write_bytes(bytes(600))
    age(tmp_path, a=1, **{"text/t": 2})
    monkeypatch.setattr(cache.trim, "__defaults__", (1700,))
    assert build_once(tmp_path, "c", "kernels.so", writes(1)).is_file()
    assert len(list((tmp_path / "text").iterdir())) == 1  # looked at when `a` was built
    (tmp_path / "c" / "kernels.so").unlink()
    (tmp_path / "c").rmdir()
    age(tmp_path, **{cache.STAMP: 1})
    assert build_once(tmp_path, "b", "kernels.so", writes(500)).is_file()
    assert entries(tmp_path) == {"a", "b", "text"}
    assert list((tmp_path / "text").iterdir()) == []
