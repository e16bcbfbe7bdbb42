// metal::array, an array that is a value (chapter 2.12).
#pragma once

#include "simulator/type_traits.h"

namespace metal {

template <typename T, size_t N>
struct array {
  static_assert(N > 0, "metal::array needs at least one element");
  T elements[N];

  static constexpr size_t size() { return N; }
  static constexpr bool empty() { return false; }
  METAL_FUNC constexpr T& operator[](size_t i) { return elements[i]; }
  METAL_FUNC constexpr const T& operator[](size_t i) const { return elements[i]; }
  METAL_FUNC constexpr T* data() { return elements; }
  METAL_FUNC constexpr const T* data() const { return elements; }
  METAL_FUNC constexpr T* begin() { return elements; }
  METAL_FUNC constexpr T* end() { return elements + N; }
  METAL_FUNC constexpr const T* begin() const { return elements; }
  METAL_FUNC constexpr const T* end() const { return elements + N; }
  METAL_FUNC constexpr T& front() { return elements[0]; }
  METAL_FUNC constexpr T& back() { return elements[N - 1]; }
  METAL_FUNC constexpr void fill(const T& value) {
    for (size_t i = 0; i < N; ++i) elements[i] = value;
  }
};

}  // namespace metal
