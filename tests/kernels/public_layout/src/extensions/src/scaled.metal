#include <metal_stdlib>
using namespace metal;

[[kernel]] void scaled_float32(device const float* x [[buffer(0)]], device float* out [[buffer(1)]],
                               constant const float& factor [[buffer(2)]], constant const uint& size [[buffer(3)]],
                               uint index [[thread_position_in_grid]]) {
  if (index < size) {
    out[index] = factor * x[index];
  }
}
