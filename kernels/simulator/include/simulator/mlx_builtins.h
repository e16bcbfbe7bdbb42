// The compiler's internal functions that MLX's bf16_math.h calls: __metal_<function>(arguments..., fast-math flag).
#pragma once

#include "simulator/construct.h"
#include "simulator/math_parts.h"
#include "simulator/simdgroup.h"

#define MSIM_INTERNAL_1(name) \
  METAL_FUNC float __metal_##name(float x, int) { return metal::name(x); }
#define MSIM_INTERNAL_2(name) \
  METAL_FUNC float __metal_##name(float x, float y, int) { return metal::name(x, y); }
#define MSIM_INTERNAL_3(name) \
  METAL_FUNC float __metal_##name(float x, float y, float z, int) { return metal::name(x, y, z); }

MSIM_INTERNAL_1(acos)
MSIM_INTERNAL_1(acosh)
MSIM_INTERNAL_1(asin)
MSIM_INTERNAL_1(asinh)
MSIM_INTERNAL_1(atan)
MSIM_INTERNAL_1(atanh)
MSIM_INTERNAL_1(ceil)
MSIM_INTERNAL_1(cos)
MSIM_INTERNAL_1(cosh)
MSIM_INTERNAL_1(cospi)
MSIM_INTERNAL_1(exp)
MSIM_INTERNAL_1(exp10)
MSIM_INTERNAL_1(exp2)
MSIM_INTERNAL_1(fabs)
MSIM_INTERNAL_1(floor)
MSIM_INTERNAL_1(fract)
MSIM_INTERNAL_1(log)
MSIM_INTERNAL_1(log10)
MSIM_INTERNAL_1(log2)
MSIM_INTERNAL_1(rint)
MSIM_INTERNAL_1(round)
MSIM_INTERNAL_1(rsqrt)
MSIM_INTERNAL_1(sin)
MSIM_INTERNAL_1(sinh)
MSIM_INTERNAL_1(sinpi)
MSIM_INTERNAL_1(sqrt)
MSIM_INTERNAL_1(tan)
MSIM_INTERNAL_1(tanh)
MSIM_INTERNAL_1(tanpi)
MSIM_INTERNAL_1(trunc)
MSIM_INTERNAL_2(atan2)
MSIM_INTERNAL_2(divide)
MSIM_INTERNAL_2(fmax)
MSIM_INTERNAL_2(fmin)
MSIM_INTERNAL_2(fmod)
MSIM_INTERNAL_2(pow)
MSIM_INTERNAL_2(powr)
MSIM_INTERNAL_3(fmax3)
MSIM_INTERNAL_3(fmedian3)
MSIM_INTERNAL_3(fmin3)
METAL_FUNC float __metal_fma(float x, float y, float z) { return metal::fma(x, y, z); }
METAL_FUNC float __metal_ldexp(float x, int exponent, int) { return metal::ldexp(x, exponent); }
METAL_FUNC float __metal_frexp(float x, int* exponent) { return metal::frexp(x, *exponent); }
METAL_FUNC float __metal_nextafter(float x, float y) { return metal::nextafter(x, y); }
#undef MSIM_INTERNAL_1
#undef MSIM_INTERNAL_2
#undef MSIM_INTERNAL_3

#define MSIM_INTERNAL_REDUCTION(name) \
  template <typename T>               \
  METAL_FUNC T __metal_##name(T x) {  \
    return metal::name(x);            \
  }
#define MSIM_INTERNAL_SHUFFLE(name)               \
  template <typename T>                           \
  METAL_FUNC T __metal_##name(T x, ushort lane) { \
    return metal::name(x, lane);                  \
  }
#define MSIM_INTERNAL_FILL(name)                                             \
  template <typename T>                                                      \
  METAL_FUNC T __metal_##name(T x, T filling, ushort delta, ushort modulo) { \
    return metal::name(x, filling, delta, modulo);                           \
  }
MSIM_INTERNAL_REDUCTION(simd_max)
MSIM_INTERNAL_REDUCTION(simd_min)
MSIM_INTERNAL_REDUCTION(simd_prefix_exclusive_product)
MSIM_INTERNAL_REDUCTION(simd_prefix_exclusive_sum)
MSIM_INTERNAL_REDUCTION(simd_prefix_inclusive_product)
MSIM_INTERNAL_REDUCTION(simd_prefix_inclusive_sum)
MSIM_INTERNAL_REDUCTION(simd_product)
MSIM_INTERNAL_REDUCTION(simd_sum)
MSIM_INTERNAL_SHUFFLE(simd_broadcast)
MSIM_INTERNAL_SHUFFLE(simd_shuffle)
MSIM_INTERNAL_SHUFFLE(simd_shuffle_down)
MSIM_INTERNAL_SHUFFLE(simd_shuffle_rotate_down)
MSIM_INTERNAL_SHUFFLE(simd_shuffle_rotate_up)
MSIM_INTERNAL_SHUFFLE(simd_shuffle_up)
MSIM_INTERNAL_SHUFFLE(simd_shuffle_xor)
MSIM_INTERNAL_FILL(simd_shuffle_and_fill_down)
MSIM_INTERNAL_FILL(simd_shuffle_and_fill_up)
#undef MSIM_INTERNAL_REDUCTION
#undef MSIM_INTERNAL_SHUFFLE
#undef MSIM_INTERNAL_FILL

METAL_FUNC float __metal_simd_xor(float x) { return as_type<float>(metal::simd_xor(as_type<uint>(x))); }
METAL_FUNC ushort __metal_get_simdgroup_size(ushort) { return 32; }
