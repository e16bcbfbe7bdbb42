"""The reference's Metal kernels run again in check mode: the same bytes, nothing to report, counts as of a ladder."""

from functools import cache
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from kernels.simulator.compiler import build, translate_file
from kernels.simulator.launch import Binding, Dispatch, Settings
from kernels.simulator.replay import DIRECTIONS, Replayed, replay
from tests.kernels.flash_attention_oracle import random_call
from tests.kernels.metal_module import ROOT, recorded, reference, why_not
from tests.kernels.quantized_cases import product, random_products

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
WAYS = ({}, {"order": "reversed"}, {"poison": True})


@cache
def checked(stem: str) -> Path:
    """Return a Metal file of the reference, compiled for check mode."""
    folder = "kernels/ops" if stem == "axpby" else "reference/kernels"
    source = ROOT / folder / f"{stem}.metal"
    return build(translate_file(source, [source.parent]), "check")


def again(capture: dict, **settings: object) -> Replayed:
    """Run a recorded dispatch in check mode."""
    bindings = {}
    for binding in capture["bindings"]:
        direction = DIRECTIONS.index(binding["direction"])
        contents = binding["before"] if direction != 1 else bytes(len(binding["after"]))
        bindings[binding["index"]] = Binding(bytearray(contents), direction, binding["is_bytes"])
    names = ("grid", "threadgroup", "grid_is_threads", "threadgroup_lengths", "function_constants")
    dispatch = Dispatch(bindings, **{name: capture[name] for name in names})
    library = checked(Path(capture["library"]).name.removesuffix(".fast.so"))
    runtime = Path(str(reference()[0].__file__)).with_name("libmetalsim.so")  # one for a process
    return replay(runtime, library, capture["kernel"], dispatch, Settings(mode="check", **settings))


def assert_silent(call, note: str) -> None:
    """Record a call's dispatches and run them again in every way."""
    _, _, captures = reference()
    _, dispatches = recorded(captures, call)
    assert dispatches, note
    for capture in dispatches:
        assert capture["is_complete"], note
        written = {b["index"]: b["after"] for b in capture["bindings"] if b["direction"] != "input"}
        for way in WAYS:
            replayed = again(capture, **way)
            assert replayed.diagnostics == (), f"{note}: {capture['kernel']} {way}"
            assert replayed.outputs == written, f"{note}: {capture['kernel']} {way}"


@pytest.mark.parametrize("rung", [1, 2, 3, 4])
def test_quantized_matmul(rung):
    module, gpu, _ = reference()
    for case in random_products(12, seed=200 + rung):
        assert_silent(
            lambda case=case: module.quantized_matmul_rung(rung, *case.arguments(), stream=gpu.stream),
            str(case),
        )


@pytest.mark.parametrize("rung", [1, 2])
def test_flash_attention(rung):
    module, gpu, _ = reference()
    calls = (random_call(seed) for seed in range(9000, 9100))
    small = [call for call in calls if 0 < call.query.size * call.key.shape[-2] < 60000][:12]
    assert len(small) == 12
    for call in small:
        assert_silent(
            lambda call=call: module.flash_attention_rung(rung, *call.arguments, stream=gpu.stream), call.note
        )


@pytest.mark.parametrize("dtype", [mx.float32, mx.float16, mx.bfloat16])
def test_the_fused_ops(dtype):
    module, gpu, _ = reference()
    rng = np.random.default_rng(0)
    x, y = (mx.array(rng.normal(size=(2, 3, 5, 34))).astype(dtype) for _ in range(2))
    turned = x.swapaxes(1, 2)
    weight, offsets = mx.array(rng.normal(size=34)).astype(mx.float16), mx.array([3, 400], dtype=mx.int32)
    for call in (
        lambda: module.rms_norm(turned, weight, 1e-5, stream=gpu.stream),
        lambda: module.swiglu(x, y, stream=gpu.stream),
        lambda: module.rope(turned, 16, 1e4, False, offsets, stream=gpu.stream),
        lambda: module.axpby(x, y, 2.0, 3.0, stream=gpu.stream),
    ):
        assert_silent(call, str(dtype))


@pytest.mark.parametrize("transpose_b", [True, False])
def test_each_rung_for_prefill_reads_less_of_device_memory(transpose_b):
    """Naive, tiled, matrix: a threadgroup shares what it has read among 1, 16 and 32 rows."""
    module, gpu, captures = reference()
    case = product(np.random.default_rng(0), (32, 128), 128, mx.float16, transpose_b=transpose_b)
    read = []
    for rung in (1, 3, 4):
        _, (capture,) = recorded(
            captures,
            lambda rung=rung: module.quantized_matmul_rung(rung, *case.arguments(), stream=gpu.stream),
        )
        read.append(again(capture, sample=1).counts.device_read_bytes)
    assert read[0] > 4 * read[1] > 6 * read[2]


def test_decode_reads_weights_in_fewer_transactions():
    """Threads side by side read weights K / 2 bytes apart in the naive kernel, and 4 bytes apart in matvec."""
    module, gpu, captures = reference()
    case = product(np.random.default_rng(0), (1, 1024), 64, mx.float16)
    waste = []
    for rung in (1, 2):
        _, (capture,) = recorded(
            captures,
            lambda rung=rung: module.quantized_matmul_rung(rung, *case.arguments(), stream=gpu.stream),
        )
        counts = again(capture, sample=1).counts
        waste.append(counts.device_transactions / counts.device_ideal_transactions)
    assert waste[0] > 3 * waste[1]


def test_tiles_of_keys_are_read_once_for_eight_queries():
    module, gpu, captures = reference()
    x = mx.array(np.random.default_rng(0).normal(size=(1, 32, 64)).astype(np.float32))
    read = []
    for rung in (1, 2):
        _, (capture,) = recorded(
            captures, lambda rung=rung: module.flash_attention_rung(rung, x, x, x, 0.125, stream=gpu.stream)
        )
        read.append(again(capture, sample=1).counts.device_read_bytes)
    assert read[0] > 5 * read[1]
