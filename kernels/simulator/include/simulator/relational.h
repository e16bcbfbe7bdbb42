// <metal_relational> (chapter 6.6). A vector argument gives a vector of bool.
#pragma once

#include "simulator/lanes.h"
#include "simulator/limits.h"

namespace metal {

#define MSIM_CLASSIFY(name, expression)                                                \
  template <typename T>                                                                \
    requires is_floating_point_v<T>                                                    \
  METAL_FUNC bool name(T x) {                                                          \
    return expression;                                                                 \
  }                                                                                    \
  template <typename V>                                                                \
    requires msim::Vector<V> && is_floating_point_v<msim::element<V>>                  \
  METAL_FUNC msim::bool_vector<msim::lanes<V>> name(V v) {                             \
    msim::bool_vector<msim::lanes<V>> result;                                          \
    for (int i = 0; i < msim::lanes<V>; ++i) result[i] = name(msim::element<V>(v[i])); \
    return result;                                                                     \
  }
MSIM_CLASSIFY(isnan, __builtin_isnan(float(x)))
MSIM_CLASSIFY(isinf, __builtin_isinf(float(x)))
MSIM_CLASSIFY(isfinite, __builtin_isfinite(float(x)))
// Half has subnormal numbers that are normal as floats.
MSIM_CLASSIFY(isnormal, __builtin_isfinite(float(x)) && __builtin_fabsf(float(x)) >= float(numeric_limits<T>::min()))
MSIM_CLASSIFY(signbit, __builtin_signbit(float(x)) != 0)
#undef MSIM_CLASSIFY

#define MSIM_ORDERED(name, expression)                                  \
  template <typename T>                                                 \
    requires is_floating_point_v<T>                                     \
  METAL_FUNC bool name(T x, T y) {                                      \
    return expression;                                                  \
  }                                                                     \
  template <typename V>                                                 \
    requires msim::Vector<V> && is_floating_point_v<msim::element<V>>   \
  METAL_FUNC msim::bool_vector<msim::lanes<V>> name(V a, V b) {         \
    msim::bool_vector<msim::lanes<V>> result;                           \
    for (int i = 0; i < msim::lanes<V>; ++i) {                          \
      result[i] = name(msim::element<V>(a[i]), msim::element<V>(b[i])); \
    }                                                                   \
    return result;                                                      \
  }
MSIM_ORDERED(isordered, x == x && y == y)
MSIM_ORDERED(isunordered, x != x || y != y)
#undef MSIM_ORDERED

METAL_FUNC bool all(bool x) { return x; }
METAL_FUNC bool any(bool x) { return x; }
template <msim::Vector V>
METAL_FUNC bool all(V v) {
  bool result = true;
  for (int i = 0; i < msim::lanes<V>; ++i) result = result && v[i];
  return result;
}
template <msim::Vector V>
METAL_FUNC bool any(V v) {
  bool result = false;
  for (int i = 0; i < msim::lanes<V>; ++i) result = result || v[i];
  return result;
}

// c ? b : a
#define MSIM_SELECT(T) \
  METAL_FUNC constexpr T select(T a, T b, bool c) { return c ? b : a; }
MSIM_FOR_EACH_INTEGER(MSIM_SELECT)
MSIM_FOR_EACH_FLOAT(MSIM_SELECT)
MSIM_SELECT(bool)
MSIM_SELECT(bfloat)
#undef MSIM_SELECT
template <typename A, typename B, typename C>
  requires msim::AnyLanes<A, B> && (msim::Vector<C> || msim::Scalar<C>)
METAL_FUNC msim::vector_of<A, B> select(A a, B b, C c) {
  using V = msim::vector_of<A, B>;
  V result;
  for (int i = 0; i < msim::lanes<V>; ++i) {
    bool chosen = false;
    if constexpr (msim::Vector<C>) {
      chosen = c[i];
    } else {
      chosen = c;
    }
    result[i] = chosen ? msim::lane<V>(b, i) : msim::lane<V>(a, i);
  }
  return result;
}

}  // namespace metal
