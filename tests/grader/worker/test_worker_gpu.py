"""A worker with a simulated GPU: `mx.gpu` is its default device, and its dispatches can be run again elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader.course.arrays import make as array
from grader.worker.build import Built, build
from grader.worker.build_metal import no_compiler
from grader.worker.client import Worker, WorkerSpec
from grader.worker.faults import Fault
from grader.worker.metal_switch import without_threads
from grader.worker.replays import PLAIN, Replayer
from grader.worker.submission import find, snapshot

pytestmark = pytest.mark.skipif(bool(no_compiler()), reason=f"no compiler for Metal: {no_compiler()}")

ROOT = Path(__file__).resolve().parents[3]
CACHE = ROOT / "build" / "test-builds"
CODE = """
import mlx.core as mx

def scaled(x):
    from kernels import scaled as op
    return op(x, 3.0)

def device():
    return str(mx.default_device()) == str(mx.gpu), mx.metal.is_available()

def on_cpu_from_now_on():
    mx.set_default_device(mx.cpu)

def sum_there(x):
    return mx.sum(x, stream=mx.gpu)
"""
METAL = """#include <metal_stdlib>
using namespace metal;
[[kernel]] void scaled(device const float* x [[buffer(0)]], device float* y [[buffer(1)]],
                       constant float& factor [[buffer(2)]], uint i [[thread_position_in_grid]]) {
  y[i] = factor * x[i];
}
"""
CPP = """
#include <nanobind/nanobind.h>

#include "mlx/backend/metal/device.h"
#include "mlx/mlx.h"
#include "mlx/primitives.h"

namespace nb = nanobind;
namespace mx = mlx::core;

class Scaled : public mx::Primitive {
 public:
  Scaled(mx::Stream stream, float factor) : mx::Primitive(stream), factor_(factor) {}
  const char* name() const override { return "Scaled"; }

  void eval_cpu(const std::vector<mx::array>&, std::vector<mx::array>&) override {
    throw std::runtime_error("only on the GPU");
  }
  void eval_gpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    outputs[0].set_data(mx::allocator::malloc(outputs[0].nbytes()));
    auto& device = mx::metal::device(stream().device);
    auto* kernel = device.get_kernel("scaled", device.get_library("anything"));
    auto& encoder = mx::metal::get_command_encoder(stream());
    encoder.set_compute_pipeline_state(kernel);
    encoder.set_input_array(inputs[0], 0);
    encoder.set_output_array(outputs[0], 1);
    encoder.set_bytes(factor_, 2);
    encoder.dispatch_threads(MTL::Size(outputs[0].size(), 1, 1), MTL::Size(32, 1, 1));
  }

 private:
  float factor_;
};

NB_MODULE(_ext, m) {
  m.def("scaled", [](const mx::array& x, float factor) {
    const auto stream = mx::default_stream(mx::default_device());
    return mx::array(x.shape(), x.dtype(), std::make_shared<Scaled>(stream, factor), {x});
  });
}
"""


@pytest.fixture(scope="module")
def submission(tmp_path_factory) -> tuple[WorkerSpec, Built]:
    """A package with one op for the GPU, in the public course's layout, built."""
    root = tmp_path_factory.mktemp("gpu")
    root.chmod(0o755)
    for name, text in (
        ("src/tiny_llm/__init__.py", ""),
        (
            "src/tiny_llm/basics.py",
            CODE.replace("from kernels import", "from extensions.tiny_llm_ext import"),
        ),
        ("src/extensions/tiny_llm_ext/__init__.py", "from ._ext import scaled\n"),
        ("src/extensions/bindings.cpp", CPP),
        ("src/extensions/src/scaled.metal", METAL),
    ):
        path = root / "submission" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    copy = snapshot(find(root / "submission"), root / "snapshot")
    built = build(copy, ("scaled",), root / "built", CACHE)
    return WorkerSpec(copy.package_dir, copy.package_name, copy.root, built=built, device="gpu"), built


@pytest.fixture
def worker(submission):
    """A worker of it that has imported the package."""
    with Worker(submission[0]) as started:
        started.load()
        yield started


X = np.arange(40, dtype=np.float32)


def test_the_metal_file_compiles_and_lies_beside_the_module(submission):
    _, built = submission
    assert (dict(built.metal), dict(built.missing), dict(built.cpu_only)) == (
        {"src/scaled.metal": ""},
        {},
        {},
    )
    assert {p.name for p in built.module.parent.iterdir()} >= {"src.scaled.fast.so", "libmetalsim.so"}


def test_the_gpu_is_the_default_device_whatever_a_call_has_chosen(worker):
    assert worker.call("basics.device").value == (True, True)
    worker.call("basics.on_cpu_from_now_on")
    assert worker.call("basics.device").value == (True, True)


def test_an_op_runs_its_kernel_and_mlx_its_own_ops_on_the_cpu(worker):
    got = worker.call("basics.scaled", [array(X, "float32")]).value
    np.testing.assert_array_equal(np.frombuffer(got.data, np.float32), 3 * X)
    assert (
        np.frombuffer(worker.call("basics.sum_there", [array(X, "float32")]).value.data, np.float32)
        == X.sum()
    )


def test_dispatches_are_told_and_give_the_same_when_they_run_again(worker, submission):
    worker.record()
    worker.call("basics.scaled", [array(X, "float32")])
    (dispatch,) = worker.recorded()
    assert (dispatch.kernel, dispatch.grid, dispatch.threadgroup) == ("scaled", (40, 1, 1), (32, 1, 1))
    assert dispatch.bindings[0].before == X.tobytes()
    (again,) = Replayer(submission[1].folder, CACHE).run([dispatch], (PLAIN,))
    assert again.fault == ""
    assert again.outputs[1] == (3 * X).tobytes() == dispatch.bindings[1].after


def test_with_kernels_switched_off_nothing_is_computed(submission, tmp_path):
    spec, built = submission
    tmp_path.chmod(0o755)
    without = without_threads(built, tmp_path / "without", CACHE)
    with Worker(replace(spec, built=without)) as worker:
        worker.load()
        got = worker.call("basics.scaled", [array(X, "float32")]).value
    assert np.isnan(np.frombuffer(got.data, np.float32)).all()


def test_a_worker_without_a_gpu_records_nothing(submission):
    with Worker(replace(submission[0], device="cpu")) as worker:
        worker.load()
        with pytest.raises(Fault):
            worker.record()
