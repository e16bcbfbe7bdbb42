"""flash_attention's memory: no matrix of scores, no copy of a cache. Measured from outside, as the process's peak."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import kernels
from kernels.build import build

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import resource, mlx.core as mx, kernels

def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

def growth_mb(q, k, v, mask=None, causal=False):
    mx.eval(q, k, v)
    mx.eval(kernels.flash_attention(q[..., :1, :], k[..., :8, :], v[..., :8, :], 0.125))
    before = peak_mb()
    mx.eval(kernels.flash_attention(q, k, v, 0.125, mask, causal))
    return peak_mb() - before

"""


def run(body):
    program = PROGRAM + textwrap.dedent(body)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [float(word) for word in done.stdout.split()]


@pytest.fixture(scope="module", autouse=True)
def built():
    build(ROOT / "reference" / "kernels", kernels.DEFAULT_OUT)


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss counts kilobytes on Linux only")
def test_memory_does_not_grow_with_queries_times_keys():
    """8,000 x 8,000 scores would be 256 MB a head; a thread's tiles take less than 1 MB, whatever the length."""
    (growth,) = run(
        "print(growth_mb(mx.ones((1, 8000, 16)), mx.ones((1, 8000, 16)), mx.ones((1, 8000, 16))))"
    )
    assert growth < 16


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss counts kilobytes on Linux only")
def test_a_slice_of_a_cache_swapped_axes_and_a_broadcast_mask_are_read_in_place():
    """Each of the inputs is 128 MB; a copy of any of them would show."""
    slices, swapped, mask = run(
        """
        cache = mx.ones((4, 2, 65536 + 64, 64))
        q = mx.ones((4, 14, 1, 64))
        print(growth_mb(q, cache[:, :, :65536], cache[:, :, 1:65537]))
        del cache
        rows = mx.ones((4, 65536, 2, 64)).swapaxes(1, 2)
        print(growth_mb(q, rows, rows))
        del rows
        keys = mx.ones((1, 4096, 8))
        mask = mx.zeros((4096,))  # broadcast to [64, 2000, 4096]: 2 GB
        print(growth_mb(mx.ones((64, 2000, 8)), keys, keys, mask))
        """
    )
    assert slices < 16
    assert swapped < 16
    assert mask < 32  # the result takes 4


def test_a_last_axis_that_is_not_dense_is_copied_and_right():
    """The other side of the rule: strides of the last axis cost a copy, not a wrong answer."""
    (difference,) = run(
        """
        x = mx.random.normal((2, 50, 32))
        a = kernels.flash_attention(x[..., ::2], x[..., 1::2], x[..., ::2], 0.25)
        b = kernels.flash_attention(*(mx.contiguous(y) for y in (x[..., ::2], x[..., 1::2], x[..., ::2])), 0.25)
        print(mx.abs(a - b).max().item())
        """
    )
    assert difference == 0
