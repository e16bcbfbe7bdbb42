// Eight floats in one value: what the fast rungs of the attention and of the fused ops are written with.
// A file of kernels/foreach_isa.h includes it inside each region, so it has no #pragma once.
//
// Eight in every region, not as many as the machine has: the lanes are query rows, and decode has few of them.
// The type is the vector extension of GCC and Clang: one AVX register, two of SSE or NEON. a * b + c becomes a fused
// multiply-add where there is one. Intrinsics stand only where the extension has no word for the instruction.
// Knows nothing about attention.

namespace kernels::KERNELS_NS {

typedef float f32x8 __attribute__((vector_size(32)));
typedef std::int32_t i32x8 __attribute__((vector_size(32)));
typedef std::uint32_t u32x8 __attribute__((vector_size(32)));
typedef std::uint16_t u16x8 __attribute__((vector_size(16)));

namespace mx = mlx::core;

static inline f32x8 splat(float x) { return f32x8{x, x, x, x, x, x, x, x}; }

// ---- eight elements, any alignment ----

static inline f32x8 load(const float* p) {
  f32x8 x;
  std::memcpy(&x, p, sizeof x);
  return x;
}

static inline void store(float* p, f32x8 x) { std::memcpy(p, &x, sizeof x); }

static inline f32x8 load(const mx::bfloat16_t* p) {
#if KERNELS_AVX2  // GCC 12 makes four instructions of the conversion below
  const u32x8 wide =
      reinterpret_cast<u32x8>(_mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
#else
  u16x8 x;
  std::memcpy(&x, p, sizeof x);
  const u32x8 wide = __builtin_convertvector(x, u32x8);
#endif
  return reinterpret_cast<f32x8>(wide << 16);
}

static inline void store(mx::bfloat16_t* p, f32x8 x) {
  const u32x8 bits = reinterpret_cast<u32x8>(x);
  const u32x8 rounded = (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
  const u32x8 number = reinterpret_cast<u32x8>(x == x);  // all ones, or zero for a NaN
  const u16x8 narrow = __builtin_convertvector((rounded & number) | (0x7fc0u & ~number), u16x8);
  std::memcpy(p, &narrow, sizeof narrow);
}

#if KERNELS_AVX2

static inline f32x8 load(const mx::float16_t* p) {
  return reinterpret_cast<f32x8>(_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
}

static inline void store(mx::float16_t* p, f32x8 x) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtps_ph(reinterpret_cast<__m256>(x), 0));
}

#else  // the compiler knows NEON's conversions; elsewhere it is a loop

static inline f32x8 load(const mx::float16_t* p) {
  f32x8 x;
  for (int i = 0; i < 8; ++i) x[i] = static_cast<float>(p[i]);
  return x;
}

static inline void store(mx::float16_t* p, f32x8 x) {
  for (int i = 0; i < 8; ++i) p[i] = static_cast<mx::float16_t>(x[i]);
}

#endif

// The first n of eight elements; the others are 0, and their memory is not touched.
template <class T>
static inline f32x8 load_first(const T* p, int n) {
  T buffer[8] = {};
  std::memcpy(buffer, p, n * sizeof(T));
  return load(buffer);
}

template <class T>
static inline void store_first(T* p, int n, f32x8 x) {
  T buffer[8];
  store(buffer, x);
  std::memcpy(p, buffer, n * sizeof(T));
}

// ---- arithmetic ----

// The larger one; b if either is a NaN.
static inline f32x8 max(f32x8 a, f32x8 b) {
#if KERNELS_AVX2
  return reinterpret_cast<f32x8>(_mm256_max_ps(reinterpret_cast<__m256>(a), reinterpret_cast<__m256>(b)));
#else
  return a > b ? a : b;
#endif
}

static inline float sum(f32x8 x) { return ((x[0] + x[4]) + (x[1] + x[5])) + ((x[2] + x[6]) + (x[3] + x[7])); }

static inline float largest(f32x8 x) {
  float top = x[0];
  for (int i = 1; i < 8; ++i) top = x[i] > top ? x[i] : top;
  return top;
}

// e^x for x <= 0, within 1.3e-7 absolutely and 2e-7 + 6e-8 |x| relatively; exactly 1 at 0, exactly 0 below -88.03 and
// at -inf; NaN for a NaN. It is 2^t for t = x log2(e): the whole part of t goes into the exponent, and a polynomial of
// degree 5 does the rest.
static inline f32x8 exp_nonpositive(f32x8 x) {
  const f32x8 t = max(splat(-127.0f), x * 1.44269504f);  // at -127 the exponent becomes 0, and the number with it
  const f32x8 shifted = t + 0x1.8p23f;                   // leaves no bits for a fraction: the low bits are round(t)
  const f32x8 f = t - (shifted - 0x1.8p23f);             // -1/2 .. 1/2
  f32x8 p = f * 0x1.5bba14p-10f + 0x1.3cea88p-7f;        // minimax for the relative error: 9.2e-8
  p = p * f + 0x1.c6b752p-5f;
  p = p * f + 0x1.ebf9bcp-3f;
  p = p * f + 0x1.62e42ap-1f;
  p = p * f + 1.0f;
  return reinterpret_cast<f32x8>(reinterpret_cast<i32x8>(p) + (reinterpret_cast<i32x8>(shifted) << 23));
}

// Rows become columns.
static inline void transpose(f32x8 (&r)[8]) {
#if defined(__clang__)
#define KERNELS_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define KERNELS_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, i32x8{__VA_ARGS__})
#endif
  f32x8 s[8], t[8];
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    s[i] = KERNELS_SHUFFLE(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    s[i + 1] = KERNELS_SHUFFLE(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 8; i += 4) {
    t[i] = KERNELS_SHUFFLE(s[i], s[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    t[i + 1] = KERNELS_SHUFFLE(s[i], s[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    t[i + 2] = KERNELS_SHUFFLE(s[i + 1], s[i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
    t[i + 3] = KERNELS_SHUFFLE(s[i + 1], s[i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    r[i] = KERNELS_SHUFFLE(t[i], t[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    r[i + 4] = KERNELS_SHUFFLE(t[i], t[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
#undef KERNELS_SHUFFLE
}

}  // namespace kernels::KERNELS_NS
