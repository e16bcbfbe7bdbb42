"""flash_attention and the fused ops under AddressSanitizer and UndefinedBehaviorSanitizer, on ragged shapes.

MLX's allocator asks malloc for what an array needs, so a read past an array's last element meets a guarded byte.
"""

import pytest

from tests.kernels.sanitized import OUT, ROOT, build_sanitized, run_sanitized

ATTENTION = """
from tests.kernels.flash_attention_oracle import random_call, units

module.limit_isa(NAME)
for seed in range(3000, 3040):
    call = random_call(seed)
    for rung in range(1, 8):
        assert units(module.flash_attention_rung(rung, *call.arguments), call) <= 1, (rung, call.note)
for heads in (2, 14):  # keys cut in parts
    k = mx.ones((2, 1500, 65))
    mx.eval(module.flash_attention(mx.ones((heads, 1, 65)), k, k, 0.1))
print("clean")
"""
FUSED = """
module.limit_isa(NAME)
for dim in (1, 7, 8, 9, 17, 63, 130):
    for dtype in (mx.float32, mx.float16, mx.bfloat16):
        x = mx.ones((2, 3, 5, 2 * dim), dtype=dtype)
        mx.eval(module.rms_norm(x, mx.ones(2 * dim), 1e-5), module.swiglu(x[..., :dim], x[..., dim:]))
        mx.eval(module.rms_norm(x[..., dim:], mx.ones(dim), 1e-5), module.swiglu(x[..., ::2], x[..., 1::2]))
        for traditional in (False, True):
            mx.eval(module.rope(x, 2 * dim, 1e4, traditional, mx.array([3, 9])))
            mx.eval(module.rope(x, 2, 1e4, traditional, mx.array(3)))
print("clean")
"""


@pytest.mark.parametrize("code", [ATTENTION, FUSED], ids=["attention", "fused"])
@pytest.mark.parametrize("name", ["plain", "neon", "avx2", "avx512"])
def test_nothing_is_read_or_written_outside_and_nothing_is_undefined(code, name):
    """Every rung on 40 random shapes, whose results have to be right as well, and ragged rows of the fused ops."""
    done = run_sanitized(
        code.replace("NAME", repr(name)), build_sanitized(ROOT / "reference" / "kernels", OUT)
    )
    if "is not an instruction set of this machine" in done.stderr:
        pytest.skip(f"this machine does not have {name}")
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stdout == "clean\n"
