// Names of <simd/simd.h>: simd::float4, simd_float4, vector_float4, matrix_float4x4.
#pragma once

#include "simulator/matrix.h"

namespace simd {
using namespace metal;
}

#define MSIM_SHARED_VECTOR(T, N) \
  typedef T##N simd_##T##N;      \
  typedef T##N vector_##T##N;
#define MSIM_SHARED_VECTORS(T) MSIM_SHARED_VECTOR(T, 2) MSIM_SHARED_VECTOR(T, 3) MSIM_SHARED_VECTOR(T, 4)
MSIM_FOR_EACH_NUMBER(MSIM_SHARED_VECTORS)
#undef MSIM_SHARED_VECTORS
#undef MSIM_SHARED_VECTOR

#define MSIM_SHARED_MATRIX(T, C, R)     \
  typedef T##C##x##R simd_##T##C##x##R; \
  typedef T##C##x##R matrix_##T##C##x##R;
MSIM_SHARED_MATRIX(float, 2, 2)
MSIM_SHARED_MATRIX(float, 3, 3)
MSIM_SHARED_MATRIX(float, 4, 4)
MSIM_SHARED_MATRIX(half, 2, 2)
MSIM_SHARED_MATRIX(half, 3, 3)
MSIM_SHARED_MATRIX(half, 4, 4)
#undef MSIM_SHARED_MATRIX
