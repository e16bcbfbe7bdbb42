// alpha * x + beta * y: a thread for each element, computed in float32 whatever T is.
#include <metal_stdlib>

using namespace metal;

template <typename T>
[[kernel]] void axpby(const device T* x [[buffer(0)]], const device T* y [[buffer(1)]], device T* out [[buffer(2)]],
                      constant float& alpha [[buffer(3)]], constant float& beta [[buffer(4)]],
                      uint i [[thread_position_in_grid]]) {
  out[i] = static_cast<T>(alpha * static_cast<float>(x[i]) + beta * static_cast<float>(y[i]));
}

// A template becomes a kernel where it is instantiated; the host asks for it by this name.
template [[host_name("axpby_float32")]] [[kernel]] decltype(axpby<float>) axpby<float>;
template [[host_name("axpby_float16")]] [[kernel]] decltype(axpby<half>) axpby<half>;
template [[host_name("axpby_bfloat16")]] [[kernel]] decltype(axpby<bfloat>) axpby<bfloat>;
