// Vectors of this region's width, for files of foreach_isa.h: include it inside namespace kernels::KERNELS_NS.
//
// vf, vi and vu are W floats, ints and unsigned ints in one register, as GCC's and Clang's vector extension has them:
// + - * & | >> and [lane] work, and a * b + c becomes one FMA where there is one. Only what that extension cannot say
// is written with intrinsics. Without AVX2 the same code compiles to SSE2 or NEON with W = 4. No #pragma once: each
// region needs its own.

#if KERNELS_AVX512
constexpr int W = 16;
#elif KERNELS_AVX2
constexpr int W = 8;
#else
constexpr int W = 4;
#endif

#define KERNELS_INLINE inline __attribute__((always_inline))

typedef float vf __attribute__((vector_size(4 * W)));
typedef std::int32_t vi __attribute__((vector_size(4 * W)));
typedef std::uint32_t vu __attribute__((vector_size(4 * W)));
typedef std::uint16_t vh __attribute__((vector_size(2 * W)));  // W halves

KERNELS_INLINE vf load(const float* p) {
  vf v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
KERNELS_INLINE vu load(const std::uint32_t* p) {
  vu v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
KERNELS_INLINE vi load(const std::int32_t* p) {
  vi v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
KERNELS_INLINE vh load(const std::uint16_t* p) {
  vh v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
template <class V, class T>
KERNELS_INLINE void store(T* p, V v) {
  static_assert(sizeof(V) == W * sizeof(T));
  std::memcpy(p, &v, sizeof v);
}

// The first n of W lanes, 0 <= n <= W: nothing behind them is touched. The other lanes load as 0.
KERNELS_INLINE vf load_first(const float* p, std::ptrdiff_t n) {
#if KERNELS_AVX512
  return (vf)_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1), p);
#elif KERNELS_AVX2
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return (vf)_mm256_maskload_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), lanes));
#else
  vf v{};
  for (std::ptrdiff_t lane = 0; lane < n; ++lane) v[lane] = p[lane];
  return v;
#endif
}
KERNELS_INLINE void store_first(float* p, std::ptrdiff_t n, vf v) {
#if KERNELS_AVX512
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1), (__m512)v);
#elif KERNELS_AVX2
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  _mm256_maskstore_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), lanes), (__m256)v);
#else
  for (std::ptrdiff_t lane = 0; lane < n; ++lane) p[lane] = v[lane];
#endif
}

// The same number in every lane. x - 0 keeps -0, which x + 0 does not.
KERNELS_INLINE vf broadcast(float x) { return x - vf{}; }
KERNELS_INLINE vi broadcast(std::int32_t x) { return x - vi{}; }

KERNELS_INLINE vf to_float(vi v) { return __builtin_convertvector(v, vf); }

KERNELS_INLINE float sum(vf v) {
#if KERNELS_AVX512
  return _mm512_reduce_add_ps((__m512)v);
#elif KERNELS_AVX2
  __m128 half = _mm_add_ps(_mm256_castps256_ps128((__m256)v), _mm256_extractf128_ps((__m256)v, 1));
  half = _mm_add_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
#else
  return (v[0] + v[2]) + (v[1] + v[3]);
#endif
}

KERNELS_INLINE vf max(vf a, vf b) { return a > b ? a : b; }
KERNELS_INLINE vf abs(vf v) { return (vf)((vu)v & 0x7fffffffu); }
KERNELS_INLINE float max_of(vf v) {
  float most = v[0];
  for (int lane = 1; lane < W; ++lane) most = v[lane] > most ? v[lane] : most;
  return most;
}

// W numbers of any type, as float32.
KERNELS_INLINE vf load(Element type, const void* data, std::ptrdiff_t i) {
  if (type == Element::float32) return load(static_cast<const float*>(data) + i);
  const std::uint16_t* p = static_cast<const std::uint16_t*>(data) + i;
  if (type == Element::bfloat16) return (vf)(__builtin_convertvector(load(p), vu) << 16);
#if KERNELS_AVX512
  return (vf)_mm512_cvtph_ps((__m256i)load(p));
#elif KERNELS_AVX2
  return (vf)_mm256_cvtph_ps((__m128i)load(p));
#else
  vf v;
  for (int lane = 0; lane < W; ++lane) v[lane] = read_element(type, data, i + lane);
  return v;
#endif
}

// Round to the nearest bfloat16, ties to even; a NaN stays one.
KERNELS_INLINE vh to_bfloat16(vf v) {
  const vu bits = (vu)v;
  const vu rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  const vu quiet = (bits >> 16) | 0x40;
  return __builtin_convertvector(v == v ? rounded : quiet, vh);
}

KERNELS_INLINE void store(Element type, void* data, std::ptrdiff_t i, vf v) {
  if (type == Element::float32) return store(static_cast<float*>(data) + i, v);
  std::uint16_t* p = static_cast<std::uint16_t*>(data) + i;
  if (type == Element::bfloat16) return store(p, to_bfloat16(v));
#if KERNELS_AVX512
  store(p, (vh)_mm512_cvtps_ph((__m512)v, _MM_FROUND_TO_NEAREST_INT));
#elif KERNELS_AVX2
  store(p, (vh)_mm256_cvtps_ph((__m256)v, _MM_FROUND_TO_NEAREST_INT));
#else
  for (int lane = 0; lane < W; ++lane) write_element(type, data, i + lane, v[lane]);
#endif
}

// count numbers of any type, as float32 and back.
inline void to_floats(Element type, const void* data, std::ptrdiff_t begin, std::ptrdiff_t count, float* out) {
  std::ptrdiff_t i = 0;
  for (; i + W <= count; i += W) store(out + i, load(type, data, begin + i));
  for (; i < count; ++i) out[i] = read_element(type, data, begin + i);
}
inline void from_floats(Element type, void* data, std::ptrdiff_t begin, std::ptrdiff_t count, const float* in) {
  std::ptrdiff_t i = 0;
  for (; i + W <= count; i += W) store(type, data, begin + i, load(in + i));
  for (; i < count; ++i) write_element(type, data, begin + i, in[i]);
}
