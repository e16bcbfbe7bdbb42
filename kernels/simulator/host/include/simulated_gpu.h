// Included before the first line of every source of a module that is to run on the simulated GPU (-include
// simulated_gpu.h): lets MLX run a primitive's eval_gpu where MLX itself knows only a CPU.
//
// A stream of MLX's CPU stands in for the GPU. MLX calls eval_cpu for every primitive of the module; for one on that
// stream this header calls eval_gpu instead. To come in between, the names below mean other things in the module's
// sources from here on:
//
//   in the source              is
//   mx::Primitive              mx::SimulatedPrimitive, which derives from it (or from compat/older_mlx.h's)
//   mx::UnaryPrimitive         mx::SimulatedUnaryPrimitive
//   eval_cpu, eval_gpu         what eval_cpu chooses from
//
// Every header of MLX that has one of these names comes first. _METAL_ is defined as MLX's own build defines it.
// Not covered: a source that asks whether stream().device is the GPU: it is the CPU.
#pragma once

#include <vector>

#include "mlx/allocator.h"
#include "mlx/backend/common/compiled.h"
#include "mlx/backend/common/copy.h"
#include "mlx/backend/common/utils.h"
#include "mlx/backend/cpu/copy.h"
#include "mlx/backend/cpu/encoder.h"
#include "mlx/backend/metal/device.h"
#include "mlx/backend/metal/utils.h"
#include "mlx/export.h"
#include "mlx/mlx.h"
#include "mlx/primitives.h"
#include "mlx/utils.h"

#ifdef Primitive
#undef Primitive
#define SIMULATED_BASE OlderPrimitive  // compat/older_mlx.h came before
#else
#define SIMULATED_BASE Primitive
#endif

namespace mlx::core {

// Whether a stream stands in for the GPU.
bool is_simulated_gpu(const Stream& stream);

class SimulatedPrimitive : public SIMULATED_BASE {
 public:
  using SIMULATED_BASE::SIMULATED_BASE;

  virtual void eval_on_cpu(const std::vector<array>& inputs, std::vector<array>& outputs) = 0;
  virtual void eval_on_gpu(const std::vector<array>& inputs, std::vector<array>& outputs) = 0;

  void eval_cpu(const std::vector<array>& inputs, std::vector<array>& outputs) final {
    if (!is_simulated_gpu(stream())) return eval_on_cpu(inputs, outputs);
    metal::get_command_encoder(stream()).begin_op();
    eval_on_gpu(inputs, outputs);
  }
  void eval_gpu(const std::vector<array>& inputs, std::vector<array>& outputs) final { eval_on_gpu(inputs, outputs); }

  virtual bool is_equivalent(const SimulatedPrimitive& /*other*/) const { return false; }
  bool is_equivalent(const SIMULATED_BASE& other) const final {
    const auto* same = dynamic_cast<const SimulatedPrimitive*>(&other);
    return same != nullptr && is_equivalent(*same);
  }
};

class SimulatedUnaryPrimitive : public SimulatedPrimitive {
 public:
  using SimulatedPrimitive::SimulatedPrimitive;

  virtual void eval_on_cpu(const std::vector<array>& inputs, array& output) = 0;
  virtual void eval_on_gpu(const std::vector<array>& inputs, array& output) = 0;

  void eval_on_cpu(const std::vector<array>& inputs, std::vector<array>& outputs) override {
    eval_on_cpu(inputs, outputs[0]);
  }
  void eval_on_gpu(const std::vector<array>& inputs, std::vector<array>& outputs) override {
    eval_on_gpu(inputs, outputs[0]);
  }
};

}  // namespace mlx::core

#undef SIMULATED_BASE

#if defined(__x86_64__)
// On a Mac <arm_neon.h> has them without a namespace.
using mlx::core::bfloat16_t;
using mlx::core::float16_t;
#endif

#define _METAL_ 1
#define Primitive SimulatedPrimitive
#define UnaryPrimitive SimulatedUnaryPrimitive
#define eval_cpu eval_on_cpu
#define eval_gpu eval_on_gpu
