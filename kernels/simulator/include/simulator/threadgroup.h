// Variables in threadgroup memory: the translator turns `threadgroup float tile[32][8];` into
// `auto& tile = msim::threadgroup_variable<float[32][8], 7>("tile", line);`.
#pragma once

#include "simulator/abi.h"

namespace msim {

// The address of this is the variable's name for the runtime: one for each type, so that two instances of a function
// template have two variables.
template <typename T, uint32_t Id>
inline constexpr char threadgroup_key = 0;

template <typename T>
struct array_element {
  using type = T;
};
template <typename T, size_t N>
struct array_element<T[N]> : array_element<T> {};

// The variable of the running threadgroup. Never constructed: threadgroup memory has no initial value.
template <typename T, uint32_t Id>
MSIM_RUNTIME_CALL T& threadgroup_variable(const char* name, uint32_t line) {
  using Element = typename array_element<T>::type;
  void* memory = msim_threadgroup_array(reinterpret_cast<uint64_t>(&threadgroup_key<T, Id>), sizeof(T), alignof(T),
                                        sizeof(Element), name, line);
  return *static_cast<T*>(memory);
}

}  // namespace msim
