// What the translator writes for `(float4)x`: `cast_to<float4>() ->* x`, because ->* takes exactly the operand of a
// cast.
#pragma once

#include "simulator/construct.h"

namespace msim {

template <typename Target>
struct cast_to {
  template <typename T>
  METAL_FUNC constexpr Target operator->*(T value) const {
    return make<Target>(value);
  }
};

// A sign in front of the cast binds to the cast, not to its operand: it is kept and applied to the result.
template <typename Target>
struct negated_cast_to {
  template <typename T>
  METAL_FUNC constexpr Target operator->*(T value) const {
    return -make<Target>(value);
  }
};
template <typename Target>
struct inverted_cast_to {
  template <typename T>
  METAL_FUNC constexpr Target operator->*(T value) const {
    return ~make<Target>(value);
  }
};
template <typename Target>
METAL_FUNC constexpr cast_to<Target> operator+(cast_to<Target> cast) {
  return cast;
}
template <typename Target>
METAL_FUNC constexpr negated_cast_to<Target> operator-(cast_to<Target>) {
  return {};
}
template <typename Target>
METAL_FUNC constexpr inverted_cast_to<Target> operator~(cast_to<Target>) {
  return {};
}

}  // namespace msim
