// Copies an array of any strides into one that is row-contiguous, converting it if asked. For inputs that a kernel does
// not read in place.
#include <metal_stdlib>

using namespace metal;

template <typename From, typename To>
[[kernel]] void copy_dense(const device From* from [[buffer(0)]], device To* to [[buffer(1)]],
                           constant int* shape [[buffer(2)]], constant long* strides [[buffer(3)]],
                           constant int& ndim [[buffer(4)]], constant long& first [[buffer(5)]],
                           uint i [[thread_position_in_grid]]) {
  long at = first;
  uint rest = i;
  for (int axis = ndim - 1; axis >= 0; --axis) {
    at += static_cast<long>(rest % shape[axis]) * strides[axis];
    rest /= shape[axis];
  }
  to[i] = static_cast<To>(from[at]);
}

#define INSTANCE(name, From, To) \
  template [[host_name("copy_dense_" name)]] [[kernel]] decltype(copy_dense<From, To>) copy_dense<From, To>;

INSTANCE("float32_float32", float, float)
INSTANCE("float16_float16", half, half)
INSTANCE("bfloat16_bfloat16", bfloat, bfloat)
INSTANCE("float16_float32", half, float)
INSTANCE("bfloat16_float32", bfloat, float)
INSTANCE("uint32_uint32", uint, uint)
