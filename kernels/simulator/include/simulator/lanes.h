// Macros that declare a function for vectors, lane by lane, once its scalar forms are declared. A scalar beside a
// vector stands for all lanes, as Metal's implicit conversion from scalar to vector has it. `kind` is a concept of
// vector.h.
#pragma once

#include "simulator/vector.h"

#define MSIM_LANES_1(name, kind)                                     \
  template <typename A>                                              \
    requires msim::kind<A>                                           \
  METAL_FUNC A name(A a) {                                           \
    A result;                                                        \
    for (int i = 0; i < msim::lanes<A>; ++i) result[i] = name(a[i]); \
    return result;                                                   \
  }

#define MSIM_LANES_2(name, kind)                                  \
  template <typename A, typename B>                               \
    requires msim::kind<A, B>                                     \
  METAL_FUNC msim::vector_of<A, B> name(A a, B b) {               \
    using V = msim::vector_of<A, B>;                              \
    V result;                                                     \
    for (int i = 0; i < msim::lanes<V>; ++i) {                    \
      result[i] = name(msim::lane<V>(a, i), msim::lane<V>(b, i)); \
    }                                                             \
    return result;                                                \
  }

#define MSIM_LANES_3(name, kind)                                                       \
  template <typename A, typename B, typename C>                                        \
    requires msim::kind<A, B, C>                                                       \
  METAL_FUNC msim::vector_of<A, B, C> name(A a, B b, C c) {                            \
    using V = msim::vector_of<A, B, C>;                                                \
    V result;                                                                          \
    for (int i = 0; i < msim::lanes<V>; ++i) {                                         \
      result[i] = name(msim::lane<V>(a, i), msim::lane<V>(b, i), msim::lane<V>(c, i)); \
    }                                                                                  \
    return result;                                                                     \
  }
