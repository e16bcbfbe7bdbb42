// What the translator writes for `float4(...)`, and as_type (chapters 2.2.1 and 2.19).
#pragma once

#include "simulator/vector.h"

namespace msim {

// The two 16-bit types, which clang does not convert into each other: that goes by way of float.
template <typename T, typename U>
inline constexpr bool half_and_bfloat =
    (__is_same(T, bfloat) && __is_same(U, half)) || (__is_same(T, half) && __is_same(U, bfloat));

template <typename Target, typename T>
METAL_FUNC constexpr Target cast_scalar(const T& x) {
  if constexpr (__is_same(Target, truth)) {
    return static_cast<bool>(x);
  } else if constexpr (half_and_bfloat<Target, T>) {
    return static_cast<Target>(static_cast<float>(x));
  } else {
    return static_cast<Target>(x);
  }
}

template <typename Target, typename Part>
METAL_FUNC constexpr void append(Target& target, int& filled, const Part& part) {
  if constexpr (Vector<Part>) {
    for (int i = 0; i < lanes<Part>; ++i) target[filled++] = cast_scalar<element<Target>>(part[i]);
  } else {
    target[filled++] = cast_scalar<element<Target>>(part);
  }
}

template <typename Target, typename Part>
METAL_FUNC constexpr Target make_from_one(Part part) {
  if constexpr (Vector<Part>) {
    static_assert(lanes<Part> == lanes<Target>, "the two vectors have different numbers of components");
    if constexpr (__is_same(element<Target>, truth)) {
      return __builtin_convertvector(part != Part{}, Target) & truth(1);
    } else if constexpr (half_and_bfloat<element<Target>, element<Part>>) {
      return __builtin_convertvector(__builtin_convertvector(part, metal::vec<float, lanes<Part>>), Target);
    } else {
      return __builtin_convertvector(part, Target);
    }
  } else if constexpr (Scalar<Part> || __is_enum(Part)) {
    return (Target)(cast_scalar<element<Target>>(part));
  } else {
    return static_cast<Target>(part);
  }
}

// Target(parts...): a vector from scalars and shorter vectors, converted lane by lane; any other type as C++ constructs
// it.
template <typename Target, typename... Parts>
METAL_FUNC constexpr Target make(Parts... parts) {
  if constexpr (is_packed<Target>::value) {
    return Target(make<metal::vec<decltype(Target::x), sizeof(Target) / sizeof(decltype(Target::x))>>(parts...));
  } else if constexpr (Scalar<Target> && sizeof...(Parts) == 1) {
    return cast_scalar<Target>(parts...);
  } else if constexpr (!Vector<Target>) {
    return Target(parts...);
  } else if constexpr (sizeof...(Parts) == 0) {
    return Target{};
  } else if constexpr (sizeof...(Parts) == 1) {
    return make_from_one<Target>(unpacked(parts)...);
  } else if constexpr ((Scalar<Parts> && ...)) {
    static_assert(sizeof...(Parts) == lanes<Target>, "wrong number of vector components");
    return Target{cast_scalar<element<Target>>(parts)...};
  } else {
    static_assert((lanes<decltype(unpacked(parts))> + ...) == lanes<Target>, "wrong number of vector components");
    Target target = {};
    int filled = 0;
    (append(target, filled, unpacked(parts)), ...);
    return target;
  }
}

}  // namespace msim

template <typename To, typename From>
METAL_FUNC constexpr To as_type(From x) {
  static_assert(sizeof(To) == sizeof(From), "as_type<> needs two types of one size");
  return __builtin_bit_cast(To, x);
}

namespace metal {
using ::as_type;
}
