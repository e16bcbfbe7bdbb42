// <metal_math> (chapter 6.5). Every function is written once in float: half converts, calls it and rounds, which for
// the basic operations is the correctly rounded half result. bfloat arguments give a float, as Metal's implicit
// conversion does. fast:: and precise:: name the same functions: their error bounds differ on a GPU only.
#pragma once

#include "simulator/constants.h"
#include "simulator/lanes.h"

#define MSIM_FAST_AND_PRECISE(name) \
  namespace fast {                  \
  using metal::name;                \
  }                                 \
  namespace precise {               \
  using metal::name;                \
  }

namespace msim {

METAL_FUNC float rsqrt(float x) { return 1.0f / __builtin_sqrtf(x); }
METAL_FUNC bool is_odd(float whole) { return __builtin_fmodf(whole, 2.0f) != 0.0f; }
// The argument is reduced before the multiplication, so that whole and half numbers give exact results.
METAL_FUNC float sinpi(float x) {
  float whole = __builtin_rintf(x);
  float s = __builtin_sinf(M_PI_F * (x - whole));
  return is_odd(whole) ? -s : s;
}
METAL_FUNC float cospi(float x) {
  float whole = __builtin_rintf(x);
  float rest = x - whole;
  float c = __builtin_fabsf(rest) == 0.5f ? 0.0f : __builtin_cosf(M_PI_F * rest);
  return is_odd(whole) ? -c : c;
}
METAL_FUNC float tanpi(float x) { return sinpi(x) / cospi(x); }
// A NaN loses against a number.
METAL_FUNC float fmin(float x, float y) { return y != y ? x : x != x ? y : y < x ? y : x; }
METAL_FUNC float fmax(float x, float y) { return y != y ? x : x != x ? y : x < y ? y : x; }
METAL_FUNC float fmin3(float x, float y, float z) { return fmin(x, fmin(y, z)); }
METAL_FUNC float fmax3(float x, float y, float z) { return fmax(x, fmax(y, z)); }
METAL_FUNC float fmedian3(float x, float y, float z) {
  if (x != x) return fmin(y, z);
  if (y != y) return fmin(x, z);
  if (z != z) return fmin(x, y);
  return fmax(fmin(x, y), fmin(fmax(x, y), z));
}
METAL_FUNC float fdim(float x, float y) { return x > y ? x - y : x <= y ? 0.0f : x + y; }
METAL_FUNC float divide(float x, float y) { return x / y; }

}  // namespace msim

namespace metal {

#define MSIM_MATH_1(name, function)                                              \
  METAL_FUNC float name(float x) { return function(x); }                         \
  METAL_FUNC half name(half x) { return static_cast<half>(function(float(x))); } \
  template <msim::Bfloat T>                                                      \
  METAL_FUNC float name(T x) {                                                   \
    return function(float(x));                                                   \
  }                                                                              \
  MSIM_LANES_1(name, FloatLanes)                                                 \
  MSIM_FAST_AND_PRECISE(name)

#define MSIM_MATH_2(name, function)                                                                \
  METAL_FUNC float name(float x, float y) { return function(x, y); }                               \
  METAL_FUNC half name(half x, half y) { return static_cast<half>(function(float(x), float(y))); } \
  template <msim::Bfloat T>                                                                        \
  METAL_FUNC float name(T x, T y) {                                                                \
    return function(float(x), float(y));                                                           \
  }                                                                                                \
  MSIM_LANES_2(name, FloatLanes)                                                                   \
  MSIM_FAST_AND_PRECISE(name)

#define MSIM_MATH_3(name, function)                                                                                  \
  METAL_FUNC float name(float x, float y, float z) { return function(x, y, z); }                                     \
  METAL_FUNC half name(half x, half y, half z) { return static_cast<half>(function(float(x), float(y), float(z))); } \
  template <msim::Bfloat T>                                                                                          \
  METAL_FUNC float name(T x, T y, T z) {                                                                             \
    return function(float(x), float(y), float(z));                                                                   \
  }                                                                                                                  \
  MSIM_LANES_3(name, FloatLanes)                                                                                     \
  MSIM_FAST_AND_PRECISE(name)

MSIM_MATH_1(acos, __builtin_acosf)
MSIM_MATH_1(acosh, __builtin_acoshf)
MSIM_MATH_1(asin, __builtin_asinf)
MSIM_MATH_1(asinh, __builtin_asinhf)
MSIM_MATH_1(atan, __builtin_atanf)
MSIM_MATH_1(atanh, __builtin_atanhf)
MSIM_MATH_1(ceil, __builtin_ceilf)
MSIM_MATH_1(cos, __builtin_cosf)
MSIM_MATH_1(cosh, __builtin_coshf)
MSIM_MATH_1(cospi, msim::cospi)
MSIM_MATH_1(exp, __builtin_expf)
MSIM_MATH_1(exp10, __builtin_exp10f)
MSIM_MATH_1(exp2, __builtin_exp2f)
MSIM_MATH_1(fabs, __builtin_fabsf)
MSIM_MATH_1(floor, __builtin_floorf)
MSIM_MATH_1(log, __builtin_logf)
MSIM_MATH_1(log10, __builtin_log10f)
MSIM_MATH_1(log2, __builtin_log2f)
MSIM_MATH_1(rint, __builtin_rintf)
MSIM_MATH_1(round, __builtin_roundf)
MSIM_MATH_1(rsqrt, msim::rsqrt)
MSIM_MATH_1(sin, __builtin_sinf)
MSIM_MATH_1(sinh, __builtin_sinhf)
MSIM_MATH_1(sinpi, msim::sinpi)
MSIM_MATH_1(sqrt, __builtin_sqrtf)
MSIM_MATH_1(tan, __builtin_tanf)
MSIM_MATH_1(tanh, __builtin_tanhf)
MSIM_MATH_1(tanpi, msim::tanpi)
MSIM_MATH_1(trunc, __builtin_truncf)

MSIM_MATH_2(atan2, __builtin_atan2f)
MSIM_MATH_2(copysign, __builtin_copysignf)
MSIM_MATH_2(divide, msim::divide)
MSIM_MATH_2(fdim, msim::fdim)
MSIM_MATH_2(fmax, msim::fmax)
MSIM_MATH_2(fmin, msim::fmin)
MSIM_MATH_2(fmod, __builtin_fmodf)
MSIM_MATH_2(pow, __builtin_powf)
MSIM_MATH_2(powr, __builtin_powf)

MSIM_MATH_3(fma, __builtin_fmaf)
MSIM_MATH_3(fmax3, msim::fmax3)
MSIM_MATH_3(fmedian3, msim::fmedian3)
MSIM_MATH_3(fmin3, msim::fmin3)

}  // namespace metal
