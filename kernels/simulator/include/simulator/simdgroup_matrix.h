// simdgroup_matrix (chapter 6.7): 8 x 8 matrices of which every lane holds two elements of one row.
//
// The layout is not documented, but MLX's kernels and others rely on it: lane 0 holds row 0, columns 0 and 1.
#pragma once

#include "simulator/exchange.h"

namespace msim {

struct matrix_position {
  uint32_t row, column;
};
MSIM_RUNTIME_CALL matrix_position position_in_matrix() {
  const uint32_t lane = msim_simd_current()->lane, quad = lane / 4;
  return {(quad & 4) + lane / 2 % 4, (quad & 2) * 2 + lane % 2 * 2};
}

// result = a * b + c, in float: each row of the result is a sum of the rows of b.
struct multiply_accumulate {
  typedef float row8 __attribute__((ext_vector_type(8), aligned(4)));
  MSIM_NOT_CHECKED static void run(msim_simd* simd) {
    auto& [a, b, c, result] = simd->matrices;
    row8 rows[8];
    for (int k = 0; k < 8; ++k) __builtin_memcpy(&rows[k], b[k], sizeof rows[k]);
    for (int i = 0; i < 8; ++i) {
      row8 total;
      __builtin_memcpy(&total, c[i], sizeof total);
      for (int k = 0; k < 8; ++k) total += a[i][k] * rows[k];
      __builtin_memcpy(result[i], &total, sizeof total);
    }
  }
};

struct float_pair {
  float first, second;
};

MSIM_RUNTIME_CALL float_pair multiply_matrices(const msim_simd_call* call, float_pair a, float_pair b, float_pair c) {
  msim_simd* simd = msim_simd_current();
  const uint32_t lane = simd->lane, quad = lane / 4;
  const uint32_t row = (quad & 4) + lane / 2 % 4, column = (quad & 2) * 2 + lane % 2 * 2;
  __builtin_memcpy(&simd->matrices[0][row][column], &a, sizeof a);
  __builtin_memcpy(&simd->matrices[1][row][column], &b, sizeof b);
  __builtin_memcpy(&simd->matrices[2][row][column], &c, sizeof c);
  msim_simd_wait(call, MSIM_CALL_SITE);
  float_pair result;
  __builtin_memcpy(&result, &simd->matrices[3][row][column], sizeof result);
  return result;
}

}  // namespace msim

namespace metal {

template <typename T, int Rows, int Columns>
struct simdgroup_matrix {
  static_assert(Rows == 8 && Columns == 8, "simdgroup matrices are 8 x 8");
  static_assert(__is_same(T, float) || __is_same(T, half) || __is_same(T, bfloat),
                "simdgroup matrices hold float, half or bfloat");
  using storage_type = vec<T, 2>;

  simdgroup_matrix() = default;
  explicit simdgroup_matrix(T diagonal) {
    const msim::matrix_position at = msim::position_in_matrix();
    elements[0] = at.row == at.column ? diagonal : T(0);
    elements[1] = at.row == at.column + 1 ? diagonal : T(0);
  }
  METAL_FUNC storage_type& thread_elements() { return elements; }
  METAL_FUNC const storage_type& thread_elements() const { return elements; }

 private:
  storage_type elements;
};

typedef simdgroup_matrix<float, 8, 8> simdgroup_float8x8;
typedef simdgroup_matrix<half, 8, 8> simdgroup_half8x8;
typedef simdgroup_matrix<bfloat, 8, 8> simdgroup_bfloat8x8;

template <typename T, int Rows = 8, int Columns = 8>
METAL_FUNC simdgroup_matrix<T, Rows, Columns> make_filled_simdgroup_matrix(T value) {
  simdgroup_matrix<T, Rows, Columns> filled;
  filled.thread_elements() = vec<T, 2>{value, value};
  return filled;
}
template <typename T, int Rows = 8, int Columns = 8>
METAL_FUNC simdgroup_matrix<T, Rows, Columns> make_diagonal_simdgroup_matrix(T value) {
  return simdgroup_matrix<T, Rows, Columns>(value);
}

// origin.x counts columns, origin.y rows, of the matrix in memory; with `transpose` rows there are columns here.
template <typename T, typename U>
METAL_FUNC void simdgroup_load(simdgroup_matrix<T, 8, 8>& matrix, const U* source, ulong elements_per_row = 8,
                               ulong2 origin = ulong2{0, 0}, bool transpose = false) {
  const msim::matrix_position at = msim::position_in_matrix();
  const U* start = source + origin.y * elements_per_row + origin.x;
  if (transpose) {
    start += at.column * elements_per_row + at.row;
    matrix.thread_elements() = vec<T, 2>{static_cast<T>(start[0]), static_cast<T>(start[elements_per_row])};
    return;
  }
  U both[2];
  __builtin_memcpy(both, start + at.row * elements_per_row + at.column, sizeof both);
  matrix.thread_elements() = vec<T, 2>{static_cast<T>(both[0]), static_cast<T>(both[1])};
}

template <typename T, typename U>
METAL_FUNC void simdgroup_store(simdgroup_matrix<T, 8, 8> matrix, U* destination, ulong elements_per_row = 8,
                                ulong2 origin = ulong2{0, 0}, bool transpose = false) {
  const msim::matrix_position at = msim::position_in_matrix();
  const vec<T, 2> values = matrix.thread_elements();
  U* start = destination + origin.y * elements_per_row + origin.x;
  const U both[2] = {static_cast<U>(values[0]), static_cast<U>(values[1])};
  if (transpose) {
    start += at.column * elements_per_row + at.row;
    start[0] = both[0];
    start[elements_per_row] = both[1];
    return;
  }
  __builtin_memcpy(start + at.row * elements_per_row + at.column, both, sizeof both);
}

template <typename D, typename A, typename B, typename C>
MSIM_CONVERGENT METAL_FUNC void simdgroup_multiply_accumulate(simdgroup_matrix<D, 8, 8>& d, simdgroup_matrix<A, 8, 8> a,
                                                              simdgroup_matrix<B, 8, 8> b,
                                                              simdgroup_matrix<C, 8, 8> c) {
  const auto pair = [](auto values) -> msim::float_pair {
    return {static_cast<float>(values[0]), static_cast<float>(values[1])};
  };
  const msim::float_pair result = msim::multiply_matrices(
      MSIM_CALL(msim::multiply_accumulate::run, "simdgroup_multiply_accumulate", MSIM_MATRIX_OPERATION),
      pair(a.thread_elements()), pair(b.thread_elements()), pair(c.thread_elements()));
  d.thread_elements() = vec<D, 2>{static_cast<D>(result.first), static_cast<D>(result.second)};
}

template <typename D, typename A, typename B>
MSIM_CONVERGENT METAL_FUNC void simdgroup_multiply(simdgroup_matrix<D, 8, 8>& d, simdgroup_matrix<A, 8, 8> a,
                                                   simdgroup_matrix<B, 8, 8> b) {
  simdgroup_multiply_accumulate(d, a, b, make_filled_simdgroup_matrix<float>(0.0f));
}

template <typename A, typename B>
MSIM_CONVERGENT METAL_FUNC simdgroup_matrix<A, 8, 8> operator*(simdgroup_matrix<A, 8, 8> a,
                                                               simdgroup_matrix<B, 8, 8> b) {
  simdgroup_matrix<A, 8, 8> product;
  simdgroup_multiply(product, a, b);
  return product;
}

}  // namespace metal
