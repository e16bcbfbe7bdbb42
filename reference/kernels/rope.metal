// RoPE: a thread per pair of channels, and per channel that is not turned. x [B, heads, L, D], row-contiguous.
#include <metal_stdlib>

using namespace metal;

// As MetalRope in rope.cpp.
struct Rope {
  uint heads, L, D, dims;
  int offset_step;  // 0: one offset for all batch rows
  uint traditional;
};

// What is left of position * turns without its whole turns, at most half a turn either way. Position 32767 times a
// float32 frequency would be wrong by 2e-3, and Metal has no double: turns comes as the sum of two floats, and what
// rounding the product cut off is added.
inline float turn_of(float position, float2 turns) {
  const float product = position * turns.x;
  const float cut_off = fma(position, turns.x, -product);
  return (product - rint(product)) + (cut_off + position * turns.y);
}

template <typename T>
[[kernel]] void rope(const device T* x [[buffer(0)]], const device int* offsets [[buffer(1)]],
                     device T* out [[buffer(2)]], constant Rope& p [[buffer(3)]], constant float2* turns [[buffer(4)]],
                     uint3 position [[thread_position_in_grid]]) {
  const uint half_dims = p.dims / 2, i = position.x, token = position.y, row = position.z;
  const ulong first = (static_cast<ulong>(row) * p.L + token) * p.D;
  if (i >= half_dims) {  // channels behind the turned ones
    const uint d = p.dims + i - half_dims;
    out[first + d] = x[first + d];
    return;
  }
  const int offset = offsets[static_cast<int>(row / p.heads) * p.offset_step];
  const float turn = turn_of(static_cast<float>(offset + static_cast<int>(token)), turns[i]);
  const float c = cospi(2 * turn), s = sinpi(2 * turn);  // no rounding of a product with pi
  const uint d0 = p.traditional ? 2 * i : i, d1 = p.traditional ? 2 * i + 1 : i + half_dims;
  const float a = static_cast<float>(x[first + d0]), b = static_cast<float>(x[first + d1]);
  out[first + d0] = static_cast<T>(a * c - b * s);
  out[first + d1] = static_cast<T>(a * s + b * c);
}

#define INSTANCE(name, T) template [[host_name("rope_" name)]] [[kernel]] decltype(rope<T>) rope<T>;

INSTANCE("float32", float)
INSTANCE("float16", half)
INSTANCE("bfloat16", bfloat)
