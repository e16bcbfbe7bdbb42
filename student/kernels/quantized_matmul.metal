// Task 2.3. The kernel's arguments are here; what is missing is its body, and QuantizedMatmul::eval_gpu, which binds
// them and dispatches it. kernels/ops/axpby.metal with Axpby::eval_gpu is a whole kernel to learn from.
#include <metal_stdlib>

using namespace metal;

// A thread for each output: position.x is the column n, position.y the row m. Rows of a [M, K], of b [N, K / 8], scales
// and biases [N, K / group_size] and out [M, N] follow each other. The grid may be larger than the matrix.
template <typename T>
[[kernel]] void quantized_matmul(const device T* a [[buffer(0)]], const device uint* b [[buffer(1)]],
                                 const device T* scales [[buffer(2)]], const device T* biases [[buffer(3)]],
                                 device T* out [[buffer(4)]], constant uint& M [[buffer(5)]],
                                 constant uint& N [[buffer(6)]], constant uint& K [[buffer(7)]],
                                 constant uint& group_size [[buffer(8)]], uint2 position [[thread_position_in_grid]]) {
  // task 2.3: out[m, n] is the sum over k of a[m, k] * (scale * q + bias), added up in float
}

template [[host_name("quantized_matmul_float32")]] [[kernel]]
decltype(quantized_matmul<float>) quantized_matmul<float>;
template [[host_name("quantized_matmul_float16")]] [[kernel]]
decltype(quantized_matmul<half>) quantized_matmul<half>;
template [[host_name("quantized_matmul_bfloat16")]] [[kernel]]
decltype(quantized_matmul<bfloat>) quantized_matmul<bfloat>;
