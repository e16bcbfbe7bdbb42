// An input as a Metal kernel reads it: the array itself if it lies so already, else a copy made on the GPU.
#pragma once

#ifdef _METAL_

#include <algorithm>

#include "kernels/metal.h"
#include "kernels/primitive.h"

namespace kernels {

// Elements from an array's first one back to the one that lies lowest in memory: an axis may run backwards.
inline std::int64_t below_first(const mx::array& x) {
  std::int64_t below = 0;
  for (std::size_t axis = 0; axis < x.ndim(); ++axis) {
    below += (x.shape(axis) - 1) * std::max<std::int64_t>(0, -x.strides(axis));
  }
  return x.size() == 0 ? 0 : below;
}

// x with another layout and perhaps another type: row-contiguous, float32 for a type that is not `dtype`'s own.
inline mx::array copy_on_gpu(const mx::array& x, mx::Dtype dtype, const mx::Stream& stream) {
  mx::array copy(x.shape(), dtype, nullptr, {});
  allocate(copy);
  if (copy.size() == 0) return copy;
  auto* kernel = metal_kernel(stream, "copy_dense_" + mx::type_to_name(x) + "_" + mx::type_to_name(copy));
  auto& encoder = mx::metal::get_command_encoder(stream);
  const std::int64_t first = below_first(x);
  encoder.set_compute_pipeline_state(kernel);
  encoder.set_input_array(x, 0, -first * static_cast<std::int64_t>(x.itemsize()));
  encoder.set_output_array(copy, 1);
  encoder.set_vector_bytes(x.shape(), 2);
  encoder.set_vector_bytes(x.strides(), 3);
  encoder.set_bytes(static_cast<int>(x.ndim()), 4);
  encoder.set_bytes(first, 5);
  const std::size_t threads = std::min<std::size_t>(copy.size(), kernel->maxTotalThreadsPerThreadgroup());
  encoder.dispatch_threads(MTL::Size(copy.size(), 1, 1), MTL::Size(threads, 1, 1));
  encoder.add_temporary(copy);  // lives until the GPU is done with it
  return copy;
}

inline mx::array dense_on_gpu(const mx::array& x, const mx::Stream& stream) {
  return x.flags().row_contiguous ? x : copy_on_gpu(x, x.dtype(), stream);
}

// The same for parameters: kernels exist for those of the activations' type and for float32.
inline mx::array dense_parameter(const mx::array& x, mx::Dtype activations, const mx::Stream& stream) {
  if (x.dtype() == activations || x.dtype() == mx::float32) return dense_on_gpu(x, stream);
  return copy_on_gpu(x, mx::float32, stream);
}

}  // namespace kernels

#endif
