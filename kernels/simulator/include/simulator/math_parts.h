// The functions of <metal_math> that do not map floats to a float of the same shape: those with an integer operand or
// result, and those with a second result through a reference.
#pragma once

#include "simulator/math.h"

namespace msim {

// nextafter in the format of T, by stepping the bit pattern as a sign-magnitude number.
template <typename T, typename Bits>
METAL_FUNC T next_after(T x, T y) {
  constexpr Bits sign = Bits(1) << (8 * sizeof(T) - 1);
  if (x != x || y != y) return x + y;
  if (x == y) return y;
  Bits bits = __builtin_bit_cast(Bits, x);
  if (x == T(0)) return __builtin_bit_cast(T, Bits((y < T(0) ? sign : Bits(0)) | Bits(1)));
  bool away_from_zero = (x < y) == !(bits & sign);
  return __builtin_bit_cast(T, Bits(away_from_zero ? bits + 1 : bits - 1));
}

// The largest result lies below 1, in the format of T.
template <typename T>
METAL_FUNC T fract(T x, float largest) {
  float rest = float(x) - __builtin_floorf(float(x));
  return static_cast<T>(rest > largest ? largest : rest);
}

}  // namespace msim

namespace metal {

METAL_FUNC float fract(float x) { return msim::fract(x, 0x1.fffffep-1f); }
METAL_FUNC half fract(half x) { return msim::fract(x, 0x1.ffcp-1f); }
template <msim::Bfloat T>
METAL_FUNC float fract(T x) {
  return fract(float(x));
}
MSIM_LANES_1(fract, FloatLanes)

METAL_FUNC float nextafter(float x, float y) { return msim::next_after<float, uint>(x, y); }
METAL_FUNC half nextafter(half x, half y) { return msim::next_after<half, ushort>(x, y); }
template <msim::Bfloat T>
METAL_FUNC T nextafter(T x, T y) {
  return msim::next_after<bfloat, ushort>(x, y);
}
MSIM_LANES_2(nextafter, FloatLanes)

METAL_FUNC float ldexp(float x, int exponent) { return __builtin_ldexpf(x, exponent); }
METAL_FUNC half ldexp(half x, int exponent) { return static_cast<half>(__builtin_ldexpf(float(x), exponent)); }
METAL_FUNC int ilogb(float x) { return __builtin_ilogbf(x); }
METAL_FUNC int ilogb(half x) { return __builtin_ilogbf(float(x)); }

METAL_FUNC float frexp(float x, int& exponent) {
  exponent = 0;
  return __builtin_frexpf(x, &exponent);
}
METAL_FUNC half frexp(half x, int& exponent) { return static_cast<half>(frexp(float(x), exponent)); }
METAL_FUNC float modf(float x, float& whole) {
  whole = __builtin_truncf(x);
  return __builtin_copysignf(__builtin_isinf(x) ? 0.0f : x - whole, x);
}
METAL_FUNC half modf(half x, half& whole) {
  float whole_part;
  float rest = modf(float(x), whole_part);
  whole = static_cast<half>(whole_part);
  return static_cast<half>(rest);
}
METAL_FUNC float sincos(float x, float& cosine) {
  cosine = __builtin_cosf(x);
  return __builtin_sinf(x);
}
METAL_FUNC half sincos(half x, half& cosine) {
  cosine = static_cast<half>(__builtin_cosf(float(x)));
  return static_cast<half>(__builtin_sinf(float(x)));
}

template <msim::Vector V>
  requires msim::FloatLanes<V>
METAL_FUNC V ldexp(V x, vec<int, msim::lanes<V>> exponent) {
  V result;
  for (int i = 0; i < msim::lanes<V>; ++i) result[i] = ldexp(x[i], exponent[i]);
  return result;
}
template <msim::Vector V>
  requires msim::FloatLanes<V>
METAL_FUNC vec<int, msim::lanes<V>> ilogb(V x) {
  vec<int, msim::lanes<V>> result;
  for (int i = 0; i < msim::lanes<V>; ++i) result[i] = ilogb(x[i]);
  return result;
}
template <msim::Vector V>
  requires msim::FloatLanes<V>
METAL_FUNC V frexp(V x, vec<int, msim::lanes<V>>& exponent) {
  V result;
  for (int i = 0; i < msim::lanes<V>; ++i) {
    int lane_exponent;
    result[i] = frexp(x[i], lane_exponent);
    exponent[i] = lane_exponent;
  }
  return result;
}

#define MSIM_TWO_RESULTS(name)                 \
  template <msim::Vector V>                    \
    requires msim::FloatLanes<V>               \
  METAL_FUNC V name(V x, V& second) {          \
    V result;                                  \
    for (int i = 0; i < msim::lanes<V>; ++i) { \
      msim::element<V> lane_second;            \
      result[i] = name(x[i], lane_second);     \
      second[i] = lane_second;                 \
    }                                          \
    return result;                             \
  }
MSIM_TWO_RESULTS(modf)
MSIM_TWO_RESULTS(sincos)
#undef MSIM_TWO_RESULTS

MSIM_FAST_AND_PRECISE(fract)
MSIM_FAST_AND_PRECISE(ldexp)
MSIM_FAST_AND_PRECISE(ilogb)
MSIM_FAST_AND_PRECISE(frexp)
MSIM_FAST_AND_PRECISE(modf)
MSIM_FAST_AND_PRECISE(sincos)

}  // namespace metal
