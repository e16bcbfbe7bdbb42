"""A process has one runtime, whoever loads it first: a module of ops or this package."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.kernels.metal_module import ROOT, reference, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

MODULE = """
import mlx.core as mx
from tests.kernels.metal_module import reference
module, gpu, _ = reference()
x = mx.ones((8,))
assert module.axpby(x, x, 2.0, 3.0, stream=gpu.stream).tolist() == [5.0] * 8
"""
PACKAGE = """
import numpy as np
from kernels.simulator import Output, compile_metal
text = '''#include <metal_stdlib>
kernel void twice(device const float* x, device float* y, uint i [[thread_position_in_grid]]) { y[i] = 2 * x[i]; }
'''
buffers = {0: np.ones(4, np.float32), 1: Output((4,), np.float32)}
ran = compile_metal(text).run("twice", buffers, grid=(1,), threadgroup=(4,))
assert ran.outputs[1].tolist() == [2.0] * 4
"""


@pytest.mark.parametrize(
    "order", [(MODULE, PACKAGE), (PACKAGE, MODULE)], ids=["module first", "package first"]
)
def test_both_use_the_runtime_that_is_there(order):
    """Kernels register with the first runtime of a process; who comes second finds its own kernels all the same."""
    reference()  # built, so that the process below does not take long
    done = subprocess.run(
        [sys.executable, "-c", "".join(order)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
