#include <metal_stdlib>
#include "mlx/backend/metal/kernels/utils.h"

template <typename T, int group_size>
[[kernel]] void quantized_matmul_w4a16(device const T* scales [[buffer(0)]], device const T* biases [[buffer(1)]],
                                       device const T* a [[buffer(2)]], device const uint32_t* b [[buffer(3)]],
                                       device T* out [[buffer(4)]], device const int& M [[buffer(5)]],
                                       device const int& N [[buffer(6)]], device const int& K [[buffer(7)]],
                                       uint3 group_id [[threadgroup_position_in_grid]],
                                       uint3 thread_id [[thread_position_in_threadgroup]],
                                       uint3 threads [[threads_per_threadgroup]]) {
  const int row = group_id.x * threads.x + thread_id.x;
  const int column = group_id.y * threads.y + thread_id.y;
  if (row >= M || column >= N) {
    return;
  }
  float sum = 0;
  for (int group = 0; group < K / group_size; group++) {
    const int at = column * (K / group_size) + group;
    const float scale = scales[at], bias = biases[at];
    for (int word = 0; word < group_size / 8; word++) {
      const int k = group * group_size + word * 8;
      const uint32_t packed = b[(column * K + k) / 8];
      for (int i = 0; i < 8; i++) {
        sum += float(a[row * K + k + i]) * (scale * ((packed >> (4 * i)) & 15) + bias);
      }
    }
  }
  out[row * N + column] = sum;
}

instantiate_kernel("quantized_matmul_w4a16_32", quantized_matmul_w4a16, float, 32);
instantiate_kernel("quantized_matmul_w4a16_64", quantized_matmul_w4a16, float, 64);
instantiate_kernel("quantized_matmul_w4a16_128", quantized_matmul_w4a16, float, 128);
