"""The attention's and the fused ops' kernels under AddressSanitizer and UndefinedBehaviorSanitizer, on ragged shapes.

MLX's allocator asks malloc for what an array needs, so a read past an array's last element meets a guarded byte.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kernels.build import build

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "kernels-sanitized"
PROGRAM = """
import sys
sys.path.insert(0, "tests/kernels")
from pathlib import Path
import mlx.core as mx
from flash_attention_oracle import random_call, units
import kernels

mx.set_cache_limit(0)  # freed memory is not kept: what is read after it shows
module = kernels.load(Path("build/kernels-sanitized"))
widest = module.isa()
for name in ("plain", "avx2", "avx512", "neon"):
    try:
        module.limit_isa(name)
    except ValueError:
        continue
    for seed in range(3000, 3040):
        call = random_call(seed)
        for rung in range(1, 8):
            assert units(module.flash_attention_rung(rung, *call.arguments), call) <= 1, (name, rung, call.note)
    for dim in (1, 7, 8, 9, 17, 63, 130):
        for dtype in (mx.float32, mx.float16, mx.bfloat16):
            x = mx.ones((2, 3, 5, 2 * dim), dtype=dtype)
            mx.eval(module.rms_norm(x, mx.ones(2 * dim), 1e-5), module.swiglu(x[..., :dim], x[..., 1 : dim + 1]))
            for traditional in (False, True):
                mx.eval(module.rope(x, 2 * (dim // 2) or 2, 1e4, traditional, mx.array([3, 9])))
k = mx.ones((2, 1500, 65))
mx.eval(module.flash_attention(mx.ones((14, 1, 65)), k, k, 0.1))
print("clean", widest)
"""


def runtime():
    """Return the path of the sanitizer's library, or None: it has to be loaded before Python's own memory functions."""
    compiler = shutil.which(os.environ.get("CXX", "c++"))
    if compiler is None or sys.platform != "linux":
        return None
    asked = subprocess.run(
        [compiler, "-print-file-name=libasan.so"], capture_output=True, text=True, check=False
    )
    path = Path(asked.stdout.strip())
    return path if path.is_absolute() and path.is_file() else None


@pytest.mark.skipif(runtime() is None, reason="the compiler has no libasan.so")
def test_no_rung_reads_or_writes_outside_or_does_what_is_undefined():
    build(ROOT / "reference" / "kernels", OUT, sanitize=True)
    settings = {
        "LD_PRELOAD": str(runtime()),
        "ASAN_OPTIONS": "detect_leaks=0:halt_on_error=1",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stdout.startswith("clean")
