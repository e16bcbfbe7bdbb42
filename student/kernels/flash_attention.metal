// Task 2.5. The kernel's arguments are here; what is missing is its body, and FlashAttention::eval_gpu, which binds
// them and dispatches it. kernels/ops/axpby.metal with Axpby::eval_gpu is a whole kernel to learn from.
#include <metal_simdgroup>
#include <metal_stdlib>

using namespace metal;

// A simdgroup for each query: its lanes share the channels, and simd_sum adds up what they have. query [H_q, L, D], key
// and value [H, S, D] and out [H_q, L, D] follow each other; mask, if there is one, is [H_q, L, S], added to the
// scores.
template <typename T>
[[kernel]] void flash_attention(const device T* query [[buffer(0)]], const device T* key [[buffer(1)]],
                                const device T* value [[buffer(2)]], const device float* mask [[buffer(3)]],
                                device T* out [[buffer(4)]], constant uint& H_q [[buffer(5)]],
                                constant uint& H [[buffer(6)]], constant uint& L [[buffer(7)]],
                                constant uint& S [[buffer(8)]], constant uint& D [[buffer(9)]],
                                constant float& scale [[buffer(10)]], constant bool& has_mask [[buffer(11)]],
                                constant bool& causal [[buffer(12)]], uint3 tile [[threadgroup_position_in_grid]],
                                uint simdgroup [[simdgroup_index_in_threadgroup]],
                                uint lane [[thread_index_in_simdgroup]]) {
  // task 2.5: an online softmax over the keys, so that no row of the score matrix is ever stored
}

template [[host_name("flash_attention_float32")]] [[kernel]]
decltype(flash_attention<float>) flash_attention<float>;
template [[host_name("flash_attention_float16")]] [[kernel]]
decltype(flash_attention<half>) flash_attention<half>;
template [[host_name("flash_attention_bfloat16")]] [[kernel]]
decltype(flash_attention<bfloat>) flash_attention<bfloat>;
