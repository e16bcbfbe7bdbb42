"""Run Python code in a process of its own with kernels that were built with sanitizers.

AddressSanitizer must be in a process from its start, so its library is preloaded. MLX keeps freed memory for later
arrays, where a read past the end would find old numbers: its cache is switched off.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kernels.build import BuildError, build

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "kernels-sanitized"
PREAMBLE = """
from pathlib import Path
import mlx.core as mx
import kernels
mx.set_cache_limit(0)
module = kernels.load(Path({out!r}))
"""


def build_sanitized(source_dir: Path, out_dir: Path) -> Path:
    """Build with sanitizers and return the folder; skip where the compiler has none to preload."""
    if sys.platform != "linux" or not _preload():
        pytest.skip("needs libasan.so of GCC to preload")
    try:
        build(source_dir, out_dir, sanitize=True)
    except BuildError as error:
        if "cannot find" in str(error):
            pytest.skip("the compiler has no sanitizer libraries")
        raise
    return out_dir


def run_sanitized(code: str, out_dir: Path) -> subprocess.CompletedProcess[str]:
    """Run code after PREAMBLE, where `module` is the built module in a folder."""
    environment = os.environ | {
        "LD_PRELOAD": _preload(),
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-c", PREAMBLE.format(out=str(out_dir)) + code]
    return subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
    )


def _preload() -> str:
    """Return what to preload, or nothing; GCC answers with the bare name for a library that it does not have.

    The C++ library too: AddressSanitizer looks for its functions when the process starts, and a C++ exception ends the
    process if it was not there yet.
    """
    paths = []
    for name in ("libasan.so", "libstdc++.so.6"):
        command = [os.environ.get("CXX", "c++"), f"-print-file-name={name}"]
        try:
            paths.append(subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip())
        except OSError:
            return ""
    return " ".join(paths) if all(Path(path).is_absolute() for path in paths) else ""
