// <metal_integer> (chapter 6.4); abs, clamp, min, max and median3 stand in ordering.h.
#pragma once

#include "simulator/limits.h"
#include "simulator/ordering.h"

namespace msim {

template <typename T>
using wide = metal::conditional_t<sizeof(T) == 8, metal::conditional_t<__is_unsigned(T), unsigned __int128, __int128>,
                                  metal::conditional_t<__is_unsigned(T), ulong, long>>;
template <typename T>
inline constexpr int bits = 8 * sizeof(T);
template <typename T>
using unsigned_of = __make_unsigned(T);

template <Integer T>
METAL_FUNC T saturated(wide<T> x) {
  using limits = metal::numeric_limits<T>;
  return x < wide<T>(limits::min()) ? limits::min() : x > wide<T>(limits::max()) ? limits::max() : T(x);
}
// A 64-bit product and a sum leave even 128 bits of room; an unsigned difference does not.
template <Integer T>
METAL_FUNC T subsat(T x, T y) {
  if constexpr (__is_unsigned(T))
    return x < y ? T(0) : T(x - y);
  else
    return saturated<T>(wide<T>(x) - wide<T>(y));
}
template <Integer T>
METAL_FUNC T rotate(T x, T count) {
  unsigned_of<T> pattern = x;
  int left = static_cast<unsigned_of<T>>(count) % bits<T>;
  return left == 0 ? x : T(unsigned_of<T>(pattern << left) | unsigned_of<T>(pattern >> (bits<T> - left)));
}
template <Integer T>
METAL_FUNC T reverse_bits(T x) {
  if constexpr (sizeof(T) == 1)
    return T(__builtin_bitreverse8(uchar(x)));
  else if constexpr (sizeof(T) == 2)
    return T(__builtin_bitreverse16(ushort(x)));
  else if constexpr (sizeof(T) == 4)
    return T(__builtin_bitreverse32(uint(x)));
  else
    return T(__builtin_bitreverse64(ulong(x)));
}
// A signed type extends the sign of the extracted bits.
template <Integer T>
METAL_FUNC T extract_bits(T x, uint offset, uint count) {
  if (count == 0) return T(0);
  unsigned_of<T> high = unsigned_of<T>(x) << (bits<T> - count - offset);
  return T(T(high) >> (bits<T> - count));
}
template <Integer T>
METAL_FUNC T insert_bits(T base, T inserted, uint offset, uint count) {
  using U = unsigned_of<T>;
  U low = count >= uint(bits<T>) ? U(~U(0)) : U((U(1) << count) - 1);
  U mask = low << offset;
  return T((U(base) & ~mask) | ((U(inserted) << offset) & mask));
}

}  // namespace msim

namespace metal {

#define MSIM_INTEGER_FUNCTIONS(T)                                                                          \
  METAL_FUNC T absdiff(T x, T y) { return x < y ? T(y - x) : T(x - y); }                                   \
  METAL_FUNC T addsat(T x, T y) { return msim::saturated<T>(msim::wide<T>(x) + msim::wide<T>(y)); }        \
  METAL_FUNC T subsat(T x, T y) { return msim::subsat(x, y); }                                             \
  METAL_FUNC T hadd(T x, T y) { return T((msim::wide<T>(x) + msim::wide<T>(y)) >> 1); }                    \
  METAL_FUNC T rhadd(T x, T y) { return T((msim::wide<T>(x) + msim::wide<T>(y) + 1) >> 1); }               \
  METAL_FUNC T mulhi(T x, T y) { return T((msim::wide<T>(x) * msim::wide<T>(y)) >> msim::bits<T>); }       \
  METAL_FUNC T madhi(T x, T y, T z) { return T(msim::wide<T>(mulhi(x, y)) + msim::wide<T>(z)); }           \
  METAL_FUNC T madsat(T x, T y, T z) {                                                                     \
    return msim::saturated<T>(msim::wide<T>(x) * msim::wide<T>(y) + msim::wide<T>(z));                     \
  }                                                                                                        \
  METAL_FUNC T clz(T x) { return T(__builtin_clzg(msim::unsigned_of<T>(x), msim::bits<T>)); }              \
  METAL_FUNC T ctz(T x) { return T(__builtin_ctzg(msim::unsigned_of<T>(x), msim::bits<T>)); }              \
  METAL_FUNC T popcount(T x) { return T(__builtin_popcountg(msim::unsigned_of<T>(x))); }                   \
  METAL_FUNC T reverse_bits(T x) { return msim::reverse_bits(x); }                                         \
  METAL_FUNC T rotate(T x, T count) { return msim::rotate(x, count); }                                     \
  METAL_FUNC T extract_bits(T x, uint offset, uint count) { return msim::extract_bits(x, offset, count); } \
  METAL_FUNC T insert_bits(T base, T inserted, uint offset, uint count) {                                  \
    return msim::insert_bits(base, inserted, offset, count);                                               \
  }
MSIM_FOR_EACH_INTEGER(MSIM_INTEGER_FUNCTIONS)
#undef MSIM_INTEGER_FUNCTIONS

#define MSIM_24_BITS(T)                          \
  METAL_FUNC T mul24(T x, T y) { return x * y; } \
  METAL_FUNC T mad24(T x, T y, T z) { return x * y + z; }
MSIM_24_BITS(int)
MSIM_24_BITS(uint)
#undef MSIM_24_BITS

MSIM_LANES_1(clz, IntegerLanes)
MSIM_LANES_1(ctz, IntegerLanes)
MSIM_LANES_1(popcount, IntegerLanes)
MSIM_LANES_1(reverse_bits, IntegerLanes)
MSIM_LANES_2(absdiff, IntegerLanes)
MSIM_LANES_2(addsat, IntegerLanes)
MSIM_LANES_2(subsat, IntegerLanes)
MSIM_LANES_2(hadd, IntegerLanes)
MSIM_LANES_2(rhadd, IntegerLanes)
MSIM_LANES_2(mulhi, IntegerLanes)
MSIM_LANES_2(mul24, IntegerLanes)
MSIM_LANES_2(rotate, IntegerLanes)
MSIM_LANES_3(madhi, IntegerLanes)
MSIM_LANES_3(madsat, IntegerLanes)
MSIM_LANES_3(mad24, IntegerLanes)

template <msim::Vector V>
  requires msim::IntegerLanes<V>
METAL_FUNC V extract_bits(V v, uint offset, uint count) {
  V result;
  for (int i = 0; i < msim::lanes<V>; ++i) result[i] = extract_bits(v[i], offset, count);
  return result;
}
template <msim::Vector V>
  requires msim::IntegerLanes<V>
METAL_FUNC V insert_bits(V base, V inserted, uint offset, uint count) {
  V result;
  for (int i = 0; i < msim::lanes<V>; ++i) result[i] = insert_bits(base[i], inserted[i], offset, count);
  return result;
}

}  // namespace metal
