// RMSNorm: a threadgroup per row, two looks at the row, the second one in the cache. x [rows, dim] and out hold T,
// weight [dim] holds W; row-contiguous; computed in float32.
#include <metal_simdgroup>
#include <metal_stdlib>

using namespace metal;

constant constexpr uint kSimdgroups = 4;

template <typename T, typename W>
[[kernel]] void rms_norm(const device T* x [[buffer(0)]], const device W* weight [[buffer(1)]],
                         device T* out [[buffer(2)]], constant uint& dim [[buffer(3)]],
                         constant float& eps [[buffer(4)]], uint row [[threadgroup_position_in_grid]],
                         uint thread_index [[thread_index_in_threadgroup]], uint threads [[threads_per_threadgroup]],
                         uint simdgroup [[simdgroup_index_in_threadgroup]], uint lane [[thread_index_in_simdgroup]]) {
  threadgroup float partial[kSimdgroups];
  const device T* from = x + static_cast<ulong>(row) * dim;
  device T* to = out + static_cast<ulong>(row) * dim;
  float squares = 0;
  for (uint i = thread_index; i < dim; i += threads) {
    const float number = static_cast<float>(from[i]);
    squares += number * number;
  }
  squares = simd_sum(squares);
  if (lane == 0) partial[simdgroup] = squares;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  float total = 0;  // every thread adds up the same numbers: cheaper than one that tells the others
  for (uint i = 0; i < kSimdgroups; ++i) total += partial[i];
  const float factor = 1.0f / sqrt(total / static_cast<float>(dim) + eps);
  for (uint i = thread_index; i < dim; i += threads) {
    to[i] = static_cast<T>(static_cast<float>(from[i]) * factor * static_cast<float>(weight[i]));
  }
}

#define INSTANCE(name, T, W) \
  template [[host_name("rms_norm_" name)]] [[kernel]] decltype(rms_norm<T, W>) rms_norm<T, W>;

INSTANCE("float32_float32", float, float)
INSTANCE("float16_float16", half, half)
INSTANCE("float16_float32", half, float)
INSTANCE("bfloat16_bfloat16", bfloat, bfloat)
INSTANCE("bfloat16_float32", bfloat, float)
