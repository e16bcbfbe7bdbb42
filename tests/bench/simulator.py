"""`python -m tests.bench.simulator`: how fast the Metal simulator runs kernels, and how soon an edit is built.

Each line is the wall time of a dispatch, the best of several: in fast mode (two CPUs), in check mode as checks of
safety run it (one CPU, nothing counted), and with every access counted, as checks of traffic run it. Beside the first
two stand figures of the first version that ran. Building is measured from an edited text to a library that no cache
holds.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np

from kernels.simulator import compile_metal
from kernels.simulator.compiler import build, translate_file
from kernels.simulator.launch import Binding, Dispatch, Settings
from kernels.simulator.library import Output
from kernels.simulator.replay import DIRECTIONS, replay
from tests.kernels.metal_module import ROOT, recorded, reference

REPEATS = 5
# A word at a time, as courses write it: the reference's own first kernel reads each weight by itself.
BY_WORDS = """
#include <metal_stdlib>
using namespace metal;
kernel void product(const device half* a [[buffer(0)]], const device uint* b [[buffer(1)]],
                    const device half* scales [[buffer(2)]], const device half* biases [[buffer(3)]],
                    device half* out [[buffer(4)]], constant uint3& size [[buffer(5)]],
                    uint2 at [[thread_position_in_grid]]) {
  const uint M = size.x, N = size.y, K = size.z;
  if (at.x >= N || at.y >= M) return;
  float total = 0;
  for (uint group = 0; group < K / 64; ++group) {
    const float scale = scales[at.x * (K / 64) + group], bias = biases[at.x * (K / 64) + group];
    for (uint w = 0; w < 8; ++w) {
      const uint word = b[at.x * (K / 8) + group * 8 + w];
      const device half* x = a + at.y * K + group * 64 + w * 8;
      for (uint j = 0; j < 8; ++j) total += float(x[j]) * (float((word >> (4 * j)) & 15) * scale + bias);
    }
  }
  out[at.y * N + at.x] = half(total);
}
"""


def product(M: int, K: int, N: int) -> list[mx.array]:
    """Return a, b, scales and biases of a product in float16, 4 bits, groups of 64."""
    rng = np.random.default_rng(0)
    a = mx.array(rng.normal(size=(M, K))).astype(mx.float16)
    b = mx.array(rng.integers(0, 2**32, (N, K // 8), dtype=np.uint32))
    scales, biases = (mx.array(rng.normal(size=(N, K // 64)) / 16).astype(mx.float16) for _ in "sb")
    return [a, b, scales, biases]


def attention(heads: int, kv_heads: int, L: int, S: int, D: int) -> list[mx.array]:
    """Return query, key and value in float32."""
    rng = np.random.default_rng(0)
    return [
        mx.array(rng.normal(size=shape)).astype(mx.float32)
        for shape in ((heads, L, D), (kv_heads, S, D), (kv_heads, S, D))
    ]


def best(call: Callable[[], float]) -> float:
    """Return the least of several times."""
    return min(call() for _ in range(REPEATS))


def again(call: Callable[[mx.Stream], mx.array], mode: str, sample: int) -> float:
    """Return the seconds of an op's dispatches, run again in a mode, every `sample`-th threadgroup counted."""
    _, gpu, captures = reference()
    _, dispatches = recorded(captures, lambda: call(gpu.stream))
    return sum(best(partial(_once, capture, _library(capture, mode), mode, sample)) for capture in dispatches)


def _library(capture: dict[str, Any], mode: str) -> Path:
    source = ROOT / "reference" / "kernels" / f"{Path(capture['library']).name.split('.')[0]}.metal"
    return build(translate_file(source, [source.parent]), mode)


def _once(capture: dict[str, Any], library: Path, mode: str, sample: int) -> float:
    bindings = {}
    for binding in capture["bindings"]:
        direction = DIRECTIONS.index(binding["direction"])
        contents = binding["before"] if direction != 1 else bytes(len(binding["after"]))
        bindings[binding["index"]] = Binding(bytearray(contents), direction, binding["is_bytes"])
    names = ("grid", "threadgroup", "grid_is_threads", "threadgroup_lengths", "function_constants")
    dispatch = Dispatch(bindings, **{name: capture[name] for name in names})
    runtime = Path(str(reference()[0].__file__)).with_name("libmetalsim.so")
    settings = Settings(mode=mode, workers=1 if mode == "check" else 2, sample=sample)
    began = time.perf_counter()
    replay(runtime, library, capture["kernel"], dispatch, settings)
    return time.perf_counter() - began


def by_words(mode: str, sample: int) -> float:
    """Return the seconds of the product that reads its weights by words, M = 32, K = 3584, N = 512."""
    library = compile_metal(BY_WORDS, mode=mode)
    buffers: dict[int, object] = dict(enumerate(np.array(x) for x in product(32, 3584, 512)))
    buffers |= {4: Output((32, 512), np.float16), 5: np.array([32, 512, 3584, 0], np.uint32)}

    def run() -> float:
        began = time.perf_counter()
        library.run(
            "product",
            buffers,
            grid=(16, 32, 1),
            threadgroup=(32, 1, 1),
            workers=1 if mode == "check" else 2,
            sample=sample,
        )
        return time.perf_counter() - began

    return best(run)


def rows() -> list[tuple[str, Callable[[str, int], float], float, float]]:
    """Return what is measured, by mode and share that is counted, and the first version's seconds in both modes."""
    module, _, _ = reference()

    def quantized(rung: int, M: int) -> Callable[[str, int], float]:
        a, b, scales, biases = product(M, 3584, 512)
        return lambda mode, sample: again(
            lambda stream: module.quantized_matmul_rung(
                rung, scales, biases, 64, 4, a, b, True, stream=stream
            ),
            mode,
            sample,
        )

    def flash(rung: int, *sizes: int) -> Callable[[str, int], float]:
        q, k, v = attention(*sizes)
        return lambda mode, sample: again(
            lambda stream: module.flash_attention_rung(
                rung, q, k, v, sizes[-1] ** -0.5, None, False, stream=stream
            ),
            mode,
            sample,
        )

    return [
        ("flash attention, tiled, 84 heads, L = S = 16, D = 128", flash(2, 84, 84, 16, 16, 128), 0.18, 0.69),
        ("quantized product, a thread per output, by words, M = 32", by_words, 0.04, 0.47),
        ("quantized product, a thread per output, weight by weight", quantized(1, 32), 0.04, 0.47),
        ("quantized product, simdgroup matrices, M = 32", quantized(4, 32), 0.16, 0.44),
        ("quantized product, matvec, M = 1", quantized(2, 1), 0.004, 0.01),
        ("decode attention, 14 heads, S = 512, D = 64", flash(1, 14, 2, 1, 512, 64), 0.015, 0.036),
    ]


def edit_to_built(stem: str, mode: str) -> float:
    """Return the seconds from an edited file of the reference to its library, nothing of it cached."""
    text = (ROOT / "reference" / "kernels" / f"{stem}.metal").read_text()
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / f"{stem}.metal"
        for header in (ROOT / "reference" / "kernels").glob("*.metal"):
            (Path(name) / header.name).write_text(header.read_text())
        source.write_text(f"{text}\n// {time.time_ns()}\nconstant int edited_{time.time_ns()} = 1;\n")
        began = time.perf_counter()
        build(translate_file(source, [source.parent]), mode)
        return time.perf_counter() - began


def main() -> int:
    """Measure and print the tables."""
    print(f"{'seconds':<60} {'fast':>8} {'first':>7} {'check':>8} {'first':>7} {'counted':>8}")
    for what, measure, fast, check in rows():
        found = (measure("fast", 0), measure("check", 0), measure("check", 1))
        print(f"{what:<60} {found[0]:8.4f} {fast:7g} {found[1]:8.4f} {check:7g} {found[2]:8.4f}", flush=True)
    print(f"\n{'edit to built, seconds':<60} {'fast':>8} {'':>7} {'check':>8}")
    for stem in ("rms_norm", "quantized_matmul", "flash_attention"):
        print(f"{stem:<60} {edit_to_built(stem, 'fast'):8.2f} {'':>7} {edit_to_built(stem, 'check'):8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
