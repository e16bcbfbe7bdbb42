// <metal_limits>: numeric_limits and the limit macros of tables 6.7 and following.
#pragma once

#include "simulator/type_traits.h"

#define CHAR_BIT 8
#define SCHAR_MAX 127
#define SCHAR_MIN (-128)
#define CHAR_MAX SCHAR_MAX
#define CHAR_MIN SCHAR_MIN
#define UCHAR_MAX 255
#define SHRT_MAX 32767
#define SHRT_MIN (-32768)
#define USHRT_MAX 65535
#define INT_MAX 2147483647
#define INT_MIN (-2147483647 - 1)
#define UINT_MAX 4294967295u
#define LONG_MAX 9223372036854775807l
#define LONG_MIN (-9223372036854775807l - 1)
#define ULONG_MAX 18446744073709551615ul

#define FLT_DIG 6
#define FLT_MANT_DIG 24
#define FLT_MAX_10_EXP 38
#define FLT_MAX_EXP 128
#define FLT_MIN_10_EXP (-37)
#define FLT_MIN_EXP (-125)
#define FLT_RADIX 2
#define FLT_MAX 0x1.fffffep127f
#define FLT_MIN 0x1.0p-126f
#define FLT_EPSILON 0x1.0p-23f
#define FLT_DECIMAL_DIG 9

#define HALF_DIG 3
#define HALF_MANT_DIG 11
#define HALF_MAX_10_EXP 4
#define HALF_MAX_EXP 16
#define HALF_MIN_10_EXP (-4)
#define HALF_MIN_EXP (-13)
#define HALF_RADIX 2
#define HALF_MAX ((half)0x1.ffcp15f)
#define HALF_MIN ((half)0x1.0p-14f)
#define HALF_EPSILON ((half)0x1.0p-10f)
#define HALF_DECIMAL_DIG 5

#define BFLT_DIG 2
#define BFLT_MANT_DIG 8
#define BFLT_MAX_10_EXP 38
#define BFLT_MAX_EXP 128
#define BFLT_MIN_10_EXP (-37)
#define BFLT_MIN_EXP (-125)
#define BFLT_RADIX 2
#define BFLT_MAX ((bfloat)0x1.fep127f)
#define BFLT_MIN ((bfloat)0x1.0p-126f)
#define BFLT_EPSILON ((bfloat)0x1.0p-7f)
#define BFLT_DECIMAL_DIG 4

namespace msim {

template <typename T>
struct integer_limits {
  static constexpr bool is_specialized = true, is_integer = true, is_exact = true, is_bounded = true;
  static constexpr bool has_infinity = false, has_quiet_NaN = false, has_signaling_NaN = false, is_iec559 = false;
  static constexpr bool is_signed = !__is_unsigned(T), is_modulo = __is_unsigned(T);
  static constexpr int radix = 2, digits = (__is_same(T, bool) ? 1 : 8 * sizeof(T)) - is_signed;
  static constexpr int digits10 = digits * 3 / 10, max_digits10 = 0;
  static constexpr T max() { return T(~0ul >> (64 - digits)); }
  static constexpr T min() { return is_signed ? T(-max() - 1) : T(0); }
  static constexpr T lowest() { return min(); }
  static constexpr T epsilon() { return T(0); }
  static constexpr T round_error() { return T(0); }
  static constexpr T infinity() { return T(0); }
  static constexpr T quiet_NaN() { return T(0); }
  static constexpr T signaling_NaN() { return T(0); }
  static constexpr T denorm_min() { return T(0); }
};

struct float_flags {
  static constexpr bool is_specialized = true, is_integer = false, is_exact = false, is_bounded = true;
  static constexpr bool has_infinity = true, has_quiet_NaN = true, has_signaling_NaN = true, is_iec559 = true;
  static constexpr bool is_signed = true, is_modulo = false;
  static constexpr int radix = 2;
};

}  // namespace msim

namespace metal {

template <typename T>
struct numeric_limits {
  static constexpr bool is_specialized = false;
};
template <typename T>
struct numeric_limits<const T> : numeric_limits<T> {};
template <typename T>
struct numeric_limits<volatile T> : numeric_limits<T> {};

#define MSIM_INTEGER_LIMITS(T) \
  template <>                  \
  struct numeric_limits<T> : msim::integer_limits<T> {};
MSIM_FOR_EACH_INTEGER(MSIM_INTEGER_LIMITS)
MSIM_INTEGER_LIMITS(bool)
#undef MSIM_INTEGER_LIMITS

#define MSIM_FLOAT_LIMITS(T, PREFIX, smallest)                                             \
  template <>                                                                              \
  struct numeric_limits<T> : msim::float_flags {                                           \
    static constexpr int digits = PREFIX##_MANT_DIG, digits10 = PREFIX##_DIG;              \
    static constexpr int max_digits10 = PREFIX##_DECIMAL_DIG;                              \
    static constexpr int min_exponent = PREFIX##_MIN_EXP, max_exponent = PREFIX##_MAX_EXP; \
    static constexpr int min_exponent10 = PREFIX##_MIN_10_EXP;                             \
    static constexpr int max_exponent10 = PREFIX##_MAX_10_EXP;                             \
    static constexpr T max() { return PREFIX##_MAX; }                                      \
    static constexpr T min() { return PREFIX##_MIN; }                                      \
    static constexpr T lowest() { return -PREFIX##_MAX; }                                  \
    static constexpr T epsilon() { return PREFIX##_EPSILON; }                              \
    static constexpr T round_error() { return T(0.5f); }                                   \
    static constexpr T infinity() { return T(__builtin_inff()); }                          \
    static constexpr T quiet_NaN() { return T(__builtin_nanf("")); }                       \
    static constexpr T signaling_NaN() { return T(__builtin_nanf("")); }                   \
    static constexpr T denorm_min() { return T(smallest); }                                \
  };
MSIM_FLOAT_LIMITS(float, FLT, 0x1.0p-149f)
MSIM_FLOAT_LIMITS(half, HALF, 0x1.0p-24f)
MSIM_FLOAT_LIMITS(bfloat, BFLT, 0x1.0p-133f)
#undef MSIM_FLOAT_LIMITS

}  // namespace metal
