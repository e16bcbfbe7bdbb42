// Vector types (chapters 2.2 and 2.2.3): clang's ext_vector_type has Metal's swizzles, sizes and alignments; packed_
// vectors are structures that convert to them. What differs from Metal: a comparison gives a vector of integers, 0 or
// -1 (see coverage).
#pragma once

#include "simulator/type_traits.h"

namespace metal {
template <typename T, int N>
using vec = T __attribute__((ext_vector_type(N)));
}  // namespace metal

namespace msim {

// A component of bool2..4: a byte that is 0 or 1, as in Metal. Clang's own vectors of bool are packed bits without
// swizzles, whose components are not stored reliably; char8_t is the type of one byte that kernels have no other use
// for.
using truth = char8_t;
template <int N>
using bool_vector = truth __attribute__((ext_vector_type(N)));

template <typename T>
struct vector_traits {
  static constexpr int lanes = 1;
  using element = T;
};
template <typename T, int N>
struct vector_traits<T __attribute__((ext_vector_type(N)))> {
  static constexpr int lanes = N;
  using element = T;
};
template <typename T>
inline constexpr int lanes = vector_traits<__remove_cvref(T)>::lanes;
template <typename T>
using element = typename vector_traits<__remove_cvref(T)>::element;

template <typename T>
concept Vector = lanes<T> > 1;
template <typename T>
concept Scalar = metal::is_arithmetic_v<__remove_cvref(T)>;
template <typename T>
concept Bfloat = __is_same(T, bfloat);
template <typename T>
concept Integer = __is_integral(T);
template <typename T>
concept Float = __is_same(T, float) || __is_same(T, half);

// The vector type among the arguments of an element-wise function: scalars beside a vector stand for all lanes.
template <typename... T>
struct first_vector {
  using type = void;
};
template <typename T, typename... Rest>
struct first_vector<T, Rest...> : first_vector<Rest...> {};
template <Vector T, typename... Rest>
struct first_vector<T, Rest...> {
  using type = T;
};
template <typename... T>
using vector_of = typename first_vector<T...>::type;

template <typename... T>
concept AnyLanes = Vector<vector_of<T...>> && ((Scalar<T> || __is_same(T, vector_of<T...>)) && ...);
template <typename... T>
concept FloatLanes = AnyLanes<T...> && Float<element<vector_of<T...>>>;
template <typename... T>
concept IntegerLanes = AnyLanes<T...> && Integer<element<vector_of<T...>>>;

// Lane i of an argument, as an element of the vector type V.
template <typename V, typename T>
METAL_FUNC element<V> lane(const T& x, int i) {
  if constexpr (Vector<T>) {
    return static_cast<element<V>>(x[i]);
  } else {
    return static_cast<element<V>>(x);
  }
}

template <typename T, int N>
struct packed_members;
template <typename T>
struct packed_members<T, 2> {
  union {
    struct {
      T x, y;
    };
    struct {
      T r, g;
    };
  };
};
template <typename T>
struct packed_members<T, 3> {
  union {
    struct {
      T x, y, z;
    };
    struct {
      T r, g, b;
    };
  };
};
template <typename T>
struct packed_members<T, 4> {
  union {
    struct {
      T x, y, z, w;
    };
    struct {
      T r, g, b, a;
    };
  };
};

// A vector with the alignment of its element and no padding.
template <typename T, int N>
struct packed_vector : packed_members<T, N> {
  packed_vector() = default;
  METAL_FUNC packed_vector(metal::vec<T, N> v) {
    for (int i = 0; i < N; ++i) (*this)[i] = v[i];
  }
  template <Scalar... S>
    requires(sizeof...(S) == N)
  METAL_FUNC packed_vector(S... parts) : packed_vector(metal::vec<T, N>{static_cast<T>(parts)...}) {}
  METAL_FUNC explicit packed_vector(T x) : packed_vector(metal::vec<T, N>(x)) {}

  METAL_FUNC operator metal::vec<T, N>() const {
    metal::vec<T, N> v;
    for (int i = 0; i < N; ++i) v[i] = (*this)[i];
    return v;
  }
  METAL_FUNC T& operator[](int i) { return (&this->x)[i]; }
  METAL_FUNC const T& operator[](int i) const { return (&this->x)[i]; }

  using vector = metal::vec<T, N>;
#define MSIM_PACKED_OPERATOR(op)                                                                            \
  friend METAL_FUNC vector operator op(packed_vector a, packed_vector b) { return vector(a) op vector(b); } \
  friend METAL_FUNC vector operator op(packed_vector a, vector b) { return vector(a) op b; }                \
  friend METAL_FUNC vector operator op(vector a, packed_vector b) { return a op vector(b); }                \
  METAL_FUNC packed_vector& operator op## = (vector b) { return *this = packed_vector(vector(*this) op b); }
  MSIM_PACKED_OPERATOR(+)
  MSIM_PACKED_OPERATOR(-)
  MSIM_PACKED_OPERATOR(*)
  MSIM_PACKED_OPERATOR(/)
#undef MSIM_PACKED_OPERATOR
  METAL_FUNC vector operator-() const { return -vector(*this); }
};

template <typename T>
struct is_packed : metal::false_type {};
template <typename T, int N>
struct is_packed<packed_vector<T, N>> : metal::true_type {};

// What a vector constructor takes apart: a packed vector counts as the vector it stands for.
template <typename T>
METAL_FUNC constexpr T unpacked(T x) {
  return x;
}
template <typename T, int N>
METAL_FUNC metal::vec<T, N> unpacked(packed_vector<T, N> x) {
  return x;
}

}  // namespace msim

#define MSIM_VECTOR(T, N) typedef T T##N __attribute__((ext_vector_type(N)));
#define MSIM_PACKED(T, N) typedef msim::packed_vector<T, N> packed_##T##N;
#define MSIM_VECTORS(T) MSIM_VECTOR(T, 2) MSIM_VECTOR(T, 3) MSIM_VECTOR(T, 4)
#define MSIM_PACKED_VECTORS(T) MSIM_PACKED(T, 2) MSIM_PACKED(T, 3) MSIM_PACKED(T, 4)
#define MSIM_USING_VECTORS(T) \
  using ::T##2;               \
  using ::T##3;               \
  using ::T##4;
#define MSIM_USING_PACKED(T) \
  using ::packed_##T##2;     \
  using ::packed_##T##3;     \
  using ::packed_##T##4;
#define MSIM_FOR_EACH_NUMBER(X) \
  X(char) X(uchar) X(short) X(ushort) X(int) X(uint) X(long) X(ulong) X(half) X(bfloat) X(float)

typedef msim::bool_vector<2> bool2;
typedef msim::bool_vector<3> bool3;
typedef msim::bool_vector<4> bool4;
MSIM_FOR_EACH_NUMBER(MSIM_VECTORS)
MSIM_FOR_EACH_NUMBER(MSIM_PACKED_VECTORS)

namespace metal {
MSIM_USING_VECTORS(bool)
MSIM_FOR_EACH_NUMBER(MSIM_USING_VECTORS)
MSIM_FOR_EACH_NUMBER(MSIM_USING_PACKED)
}  // namespace metal
