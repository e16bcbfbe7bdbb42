// uniform<T> (chapter 2.10): a promise to the compiler that all threads hold one value; nothing is gained from it here.
#pragma once

namespace metal {

template <typename T>
using uniform = T;
template <typename T>
inline __attribute__((always_inline)) constexpr T make_uniform(T x) {
  return x;
}

}  // namespace metal
