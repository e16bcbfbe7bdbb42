// silu(gate) * up, a thread per element, computed in float32. Row-contiguous.
#include <metal_stdlib>

using namespace metal;

template <typename T>
[[kernel]] void swiglu(const device T* gate [[buffer(0)]], const device T* up [[buffer(1)]],
                       device T* out [[buffer(2)]], uint i [[thread_position_in_grid]]) {
  const float x = static_cast<float>(gate[i]);
  out[i] = static_cast<T>(x / (1.0f + exp(-x)) * static_cast<float>(up[i]));
}

#define INSTANCE(name, T) template [[host_name("swiglu_" name)]] [[kernel]] decltype(swiglu<T>) swiglu<T>;

INSTANCE("float32", float)
INSTANCE("float16", half)
INSTANCE("bfloat16", bfloat)
