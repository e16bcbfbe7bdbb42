// What every op on MLX arrays shares: an MLX primitive whose work is put on the stream's queue.
//
// MLX calls eval_cpu when the inputs' memory is known but not yet filled: it must allocate the output and only queue
// the work. Queued work runs in the stream's order, and MLX keeps inputs and outputs alive until it is done.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "mlx/allocator.h"
#include "mlx/backend/cpu/encoder.h"
#include "mlx/mlx.h"
#include "mlx/primitives.h"

namespace kernels {

namespace mx = mlx::core;

// A primitive that runs on the CPU, and on the GPU only if it overrides eval_gpu too.
class CpuPrimitive : public mx::Primitive {
 public:
  using mx::Primitive::Primitive;

  void eval_gpu(const std::vector<mx::array>&, std::vector<mx::array>&) override {
    throw std::runtime_error(std::string(name()) + ": it has no eval_gpu");
  }
};

// Give the output memory, row-contiguous, and queue work() on the stream. work must own what it uses (pointers from
// data<T>() and numbers by value), and must not throw.
template <class Work>
void dispatch(const mx::Stream& stream, const std::vector<mx::array>& inputs, mx::array& output, Work work) {
  auto& encoder = mx::cpu::get_command_encoder(stream);
  for (const mx::array& input : inputs) encoder.set_input_array(input);
  encoder.set_output_array(output);
  encoder.dispatch(std::move(work));
}

inline void allocate(mx::array& output) { output.set_data(mx::allocator::malloc(output.nbytes())); }

}  // namespace kernels
