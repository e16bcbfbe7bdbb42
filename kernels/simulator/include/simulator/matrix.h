// Matrices (chapters 2.3 and 6.9): C columns of R rows each, stored by column.
#pragma once

#include "simulator/construct.h"
#include "simulator/geometric.h"

namespace metal {

template <typename T, int C, int R>
struct matrix {
  using column = vec<T, R>;
  column columns[C];

  matrix() = default;
  // The diagonal.
  METAL_FUNC explicit matrix(T x) {
    for (int c = 0; c < C; ++c) {
      for (int r = 0; r < R; ++r) columns[c][r] = c == r ? x : T(0);
    }
  }
  template <typename... Columns>
    requires(sizeof...(Columns) == C && (__is_same(Columns, column) && ...))
  METAL_FUNC matrix(Columns... parts) : columns{parts...} {}
  template <msim::Scalar... Elements>
    requires(sizeof...(Elements) == C * R)
  METAL_FUNC matrix(Elements... elements) {
    const T list[] = {static_cast<T>(elements)...};
    for (int c = 0; c < C; ++c) {
      for (int r = 0; r < R; ++r) columns[c][r] = list[c * R + r];
    }
  }
  template <typename U>
  METAL_FUNC explicit matrix(const matrix<U, C, R>& other) {
    for (int c = 0; c < C; ++c) columns[c] = __builtin_convertvector(other.columns[c], column);
  }

  METAL_FUNC column& operator[](int c) { return columns[c]; }
  METAL_FUNC const column& operator[](int c) const { return columns[c]; }
  METAL_FUNC matrix operator-() const { return *this * T(-1); }
  METAL_FUNC matrix& operator+=(const matrix& b) { return *this = *this + b; }
  METAL_FUNC matrix& operator-=(const matrix& b) { return *this = *this - b; }
  METAL_FUNC matrix& operator*=(T b) { return *this = *this * b; }
  METAL_FUNC matrix& operator*=(const matrix& b) { return *this = *this * b; }

  friend METAL_FUNC matrix operator+(const matrix& a, const matrix& b) {
    matrix sum;
    for (int c = 0; c < C; ++c) sum[c] = a[c] + b[c];
    return sum;
  }
  friend METAL_FUNC matrix operator-(const matrix& a, const matrix& b) {
    matrix difference;
    for (int c = 0; c < C; ++c) difference[c] = a[c] - b[c];
    return difference;
  }
  friend METAL_FUNC matrix operator*(const matrix& a, T b) {
    matrix product;
    for (int c = 0; c < C; ++c) product[c] = a[c] * b;
    return product;
  }
  friend METAL_FUNC matrix operator*(T a, const matrix& b) { return b * a; }
  friend METAL_FUNC column operator*(const matrix& a, vec<T, C> v) {
    column product = a[0] * v[0];
    for (int c = 1; c < C; ++c) product += a[c] * v[c];
    return product;
  }
  friend METAL_FUNC vec<T, C> operator*(column v, const matrix& a) {
    vec<T, C> product;
    for (int c = 0; c < C; ++c) product[c] = dot(v, a[c]);
    return product;
  }
  friend METAL_FUNC bool operator==(const matrix& a, const matrix& b) {
    bool equal = true;
    for (int c = 0; c < C; ++c) {
      for (int r = 0; r < R; ++r) equal = equal && a[c][r] == b[c][r];
    }
    return equal;
  }
};

// (R x K) times (K x C), with Metal's order of the parameters: columns first.
template <typename T, int K, int R, int C>
METAL_FUNC matrix<T, C, R> operator*(const matrix<T, K, R>& a, const matrix<T, C, K>& b) {
  matrix<T, C, R> product;
  for (int c = 0; c < C; ++c) product[c] = a * b[c];
  return product;
}

template <typename T, int C, int R>
METAL_FUNC matrix<T, R, C> transpose(const matrix<T, C, R>& a) {
  matrix<T, R, C> result;
  for (int c = 0; c < C; ++c) {
    for (int r = 0; r < R; ++r) result[r][c] = a[c][r];
  }
  return result;
}

template <typename T>
METAL_FUNC T determinant(const matrix<T, 2, 2>& a) {
  return a[0][0] * a[1][1] - a[1][0] * a[0][1];
}
template <typename T>
METAL_FUNC T determinant(const matrix<T, 3, 3>& a) {
  return dot(a[0], cross(a[1], a[2]));
}
template <typename T>
METAL_FUNC T determinant(const matrix<T, 4, 4>& a) {
  // Laplace expansion along the first column.
  T sum = T(0);
  for (int r = 0; r < 4; ++r) {
    matrix<T, 3, 3> minor;
    for (int c = 1; c < 4; ++c) {
      for (int i = 0, k = 0; i < 4; ++i) {
        if (i != r) minor[c - 1][k++] = a[c][i];
      }
    }
    T term = a[0][r] * determinant(minor);
    sum += r % 2 == 0 ? term : -term;
  }
  return sum;
}

}  // namespace metal

#define MSIM_MATRIX(T, C, R) typedef metal::matrix<T, C, R> T##C##x##R;
#define MSIM_USING_MATRIX(T, C, R) using ::T##C##x##R;
#define MSIM_FOR_EACH_SHAPE(X, T) \
  X(T, 2, 2) X(T, 2, 3) X(T, 2, 4) X(T, 3, 2) X(T, 3, 3) X(T, 3, 4) X(T, 4, 2) X(T, 4, 3) X(T, 4, 4)
MSIM_FOR_EACH_SHAPE(MSIM_MATRIX, float)
MSIM_FOR_EACH_SHAPE(MSIM_MATRIX, half)
namespace metal {
MSIM_FOR_EACH_SHAPE(MSIM_USING_MATRIX, float)
MSIM_FOR_EACH_SHAPE(MSIM_USING_MATRIX, half)
}  // namespace metal
#undef MSIM_MATRIX
#undef MSIM_USING_MATRIX
#undef MSIM_FOR_EACH_SHAPE
