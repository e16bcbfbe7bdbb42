// min, max, clamp and their kin, for every scalar type and lane by lane: used by <metal_math>, <metal_integer> and
// <metal_common>. The overloads are plain functions, one per type, so that arguments of mixed types are converted, or
// refused as ambiguous, as they are in Metal.
#pragma once

#include "simulator/math.h"

namespace metal {

#define MSIM_INTEGER_ORDER(T)                                                                 \
  METAL_FUNC constexpr T abs(T x) { return x < T(0) ? T(-x) : x; }                            \
  METAL_FUNC constexpr T min(T x, T y) { return y < x ? y : x; }                              \
  METAL_FUNC constexpr T max(T x, T y) { return x < y ? y : x; }                              \
  METAL_FUNC constexpr T min3(T x, T y, T z) { return min(x, min(y, z)); }                    \
  METAL_FUNC constexpr T max3(T x, T y, T z) { return max(x, max(y, z)); }                    \
  METAL_FUNC constexpr T median3(T x, T y, T z) { return max(min(x, y), min(max(x, y), z)); } \
  METAL_FUNC constexpr T clamp(T x, T low, T high) { return min(max(x, low), high); }
MSIM_FOR_EACH_INTEGER(MSIM_INTEGER_ORDER)
#undef MSIM_INTEGER_ORDER

// In floating point min and max are fmin and fmax: a NaN loses against a number.
#define MSIM_FLOAT_ORDER(T)                                                   \
  METAL_FUNC T abs(T x) { return fabs(x); }                                   \
  METAL_FUNC T min(T x, T y) { return fmin(x, y); }                           \
  METAL_FUNC T max(T x, T y) { return fmax(x, y); }                           \
  METAL_FUNC T min3(T x, T y, T z) { return fmin3(x, y, z); }                 \
  METAL_FUNC T max3(T x, T y, T z) { return fmax3(x, y, z); }                 \
  METAL_FUNC T median3(T x, T y, T z) { return fmedian3(x, y, z); }           \
  METAL_FUNC T clamp(T x, T low, T high) { return fmin(fmax(x, low), high); } \
  METAL_FUNC T saturate(T x) { return clamp(x, T(0), T(1)); }
MSIM_FOR_EACH_FLOAT(MSIM_FLOAT_ORDER)
#undef MSIM_FLOAT_ORDER

template <msim::Bfloat T>
METAL_FUNC float abs(T x) {
  return abs(float(x));
}
template <msim::Bfloat T>
METAL_FUNC float min(T x, T y) {
  return min(float(x), float(y));
}
template <msim::Bfloat T>
METAL_FUNC float max(T x, T y) {
  return max(float(x), float(y));
}
template <msim::Bfloat T>
METAL_FUNC float min3(T x, T y, T z) {
  return min3(float(x), float(y), float(z));
}
template <msim::Bfloat T>
METAL_FUNC float max3(T x, T y, T z) {
  return max3(float(x), float(y), float(z));
}
template <msim::Bfloat T>
METAL_FUNC float median3(T x, T y, T z) {
  return median3(float(x), float(y), float(z));
}
template <msim::Bfloat T>
METAL_FUNC float clamp(T x, T low, T high) {
  return clamp(float(x), float(low), float(high));
}
template <msim::Bfloat T>
METAL_FUNC float saturate(T x) {
  return saturate(float(x));
}

MSIM_LANES_1(abs, AnyLanes)
MSIM_LANES_1(saturate, FloatLanes)
MSIM_LANES_2(min, AnyLanes)
MSIM_LANES_2(max, AnyLanes)
MSIM_LANES_3(min3, AnyLanes)
MSIM_LANES_3(max3, AnyLanes)
MSIM_LANES_3(median3, AnyLanes)
MSIM_LANES_3(clamp, AnyLanes)

MSIM_FAST_AND_PRECISE(abs)
MSIM_FAST_AND_PRECISE(min)
MSIM_FAST_AND_PRECISE(max)
MSIM_FAST_AND_PRECISE(min3)
MSIM_FAST_AND_PRECISE(max3)
MSIM_FAST_AND_PRECISE(median3)
MSIM_FAST_AND_PRECISE(clamp)
MSIM_FAST_AND_PRECISE(saturate)

}  // namespace metal
