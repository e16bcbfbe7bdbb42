// From plain loops to the kernel that runs: read from top to bottom. One idea a rung; each begins with what limits the one
// before. Compiled once per instruction set by foreach_isa.h. Measured figures: docs/kernels.md.
//
//   1 plain_loops       one weight at a time
//   2 whole_words       eight weights a load, scale and bias once a group
//   3 matvec<float>     vectors; nibbles are masked in place, not shifted
//   4 tiles<float>      many rows of a: weights are unpacked once for all of them
//   5                   3 or 4 by shape, on all CPUs
//   6 int16 activations 5 with activations rounded to 16 bits: twice the multiplications an instruction
//   0 what quantized_matmul runs: 6 for float16 and bfloat16, 5 for float32

namespace kernels {
namespace KERNELS_NS {

#include "kernels/simd.h"

// Weight number i of b in the order of memory is nibble i % 8 of word i / 8, in group i / group_size: rows are whole groups,
// so this holds across rows and for both orientations.
inline std::ptrdiff_t weight_index(const QuantizedProduct& p, std::ptrdiff_t k, std::ptrdiff_t n) {
  return p.transpose_b ? n * p.K + k : k * p.N + n;
}

// ---------------------------------------------------------------------------------------------------------------------
// Rung 1. The definition, one output at a time. For each weight: a division to find its group, two conversions, a shift.
inline void plain_loops(const QuantizedProduct& p) {
  for (std::ptrdiff_t m = 0; m < p.M; ++m) {
    for (std::ptrdiff_t n = 0; n < p.N; ++n) {
      float total = 0;
      for (std::ptrdiff_t k = 0; k < p.K; ++k) {
        const std::ptrdiff_t i = weight_index(p, k, n), group = i / p.group_size;
        const float q = static_cast<float>(p.b[i / 8] >> (i % 8 * 4) & 15);
        const float w = read_element(p.scale_type, p.scales, group) * q + read_element(p.scale_type, p.biases, group);
        total += read_element(p.type, p.a, m * p.K + k) * w;
      }
      write_element(p.type, p.out, m * p.N + n, total);
    }
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Rung 2. Rung 1 spends its time around the weight, not on it. A word is loaded once for its eight weights, a row of a is
// converted once for all n, and a group's scale and bias leave the loop:
//     sum_k a_k (s q_k + b)  =  s sum_k a_k q_k  +  b sum_k a_k
inline float whole_words_dot(const QuantizedProduct& p, const float* a, std::ptrdiff_t n) {
  float total = 0;
  for (std::ptrdiff_t k = 0; k < p.K; k += p.group_size) {
    const std::ptrdiff_t first = n * p.K + k, group = first / p.group_size;
    float dot[8] = {}, sums[8] = {};  // eight chains of additions, not one that waits for itself
    for (std::ptrdiff_t w = 0; w < p.group_size / 8; ++w) {
      const std::uint32_t word = p.b[first / 8 + w];
      for (int j = 0; j < 8; ++j) {
        dot[j] += a[k + 8 * w + j] * static_cast<float>(static_cast<int>(word >> (4 * j) & 15));
        sums[j] += a[k + 8 * w + j];
      }
    }
    float dot_total = 0, sum_total = 0;
    for (int j = 0; j < 8; ++j) dot_total += dot[j], sum_total += sums[j];
    total += read_element(p.scale_type, p.scales, group) * dot_total +
             read_element(p.scale_type, p.biases, group) * sum_total;
  }
  return total;
}

// Not transposed, the weights of one k lie in a row: add a_k times that row to all outputs.
inline void whole_words_add_row(const QuantizedProduct& p, float a, std::ptrdiff_t k, float* out) {
  for (std::ptrdiff_t n = 0; n < p.N; n += p.group_size) {
    const std::ptrdiff_t first = k * p.N + n, group = first / p.group_size;
    const float scale = a * read_element(p.scale_type, p.scales, group);
    const float bias = a * read_element(p.scale_type, p.biases, group);
    for (std::ptrdiff_t w = 0; w < p.group_size / 8; ++w) {
      const std::uint32_t word = p.b[first / 8 + w];
      for (int j = 0; j < 8; ++j) {
        out[n + 8 * w + j] += scale * static_cast<float>(static_cast<int>(word >> (4 * j) & 15)) + bias;
      }
    }
  }
}

inline void whole_words(const QuantizedProduct& p) {
  thread_local Scratch row_memory, out_memory;
  float* a = row_memory.get<float>(p.K);
  float* out = out_memory.get<float>(p.N);
  for (std::ptrdiff_t m = 0; m < p.M; ++m) {
    to_floats(p.type, p.a, m * p.K, p.K, a);
    if (p.transpose_b) {
      for (std::ptrdiff_t n = 0; n < p.N; ++n) out[n] = whole_words_dot(p, a, n);
    } else {
      std::fill_n(out, p.N, 0.0f);
      for (std::ptrdiff_t k = 0; k < p.K; ++k) whole_words_add_row(p, a[k], k, out);
    }
    from_floats(p.type, p.out, m * p.N, p.N, out);
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Rung 3. Now the eight shift-mask-convert-multiply chains of a word are the limit: W words go through them at once. Lane l
// holds word l of a block of 8 W weights, and a is reordered to match, once for all n. The shift goes: nibble j masked in
// place is 16^j q, and a carries the 16^-j (exact, a power of two). Four rows of b share each load of a.

// How a's numbers are kept: float, or int16 with a scale for each group (rung 6).
struct Float {
  using Number = float;
};
struct Int16 {
  using Number = std::int16_t;
};

// A row of a, made ready: numbers in the order of the lanes, zeros after the end; the sum of each group; for Int16 the scale
// of each group.
template <class Kind>
struct Activations {
  typename Kind::Number* numbers;
  float* sums;
  float* scales;
};

#if KERNELS_AVX2
KERNELS_INLINE vi round_to_int(vf v) {
#if KERNELS_AVX512
  return (vi)_mm512_cvtps_epi32((__m512)v);
#else
  return (vi)_mm256_cvtps_epi32((__m256)v);
#endif
}

// acc + the products of two pairs of int16 in each lane.
KERNELS_INLINE vi add_dot2(vi acc, vi x, vi y) {
#if KERNELS_AVX512
  return (vi)_mm512_dpwssd_epi32((__m512i)acc, (__m512i)x, (__m512i)y);
#else
  return acc + (vi)_mm256_madd_epi16((__m256i)x, (__m256i)y);
#endif
}
#endif

// The scale of the group that each lane's word is in, for words block * W ... of a row.
template <int kGroup>
KERNELS_INLINE vf lane_scales(const float* scales, std::ptrdiff_t block) {
  constexpr int words = kGroup / 8;
  if constexpr (words >= W) {
    return broadcast(scales[block / (words / W)]);
#if KERNELS_AVX512
  } else if constexpr (W / words == 4) {
    const __m512 four = _mm512_broadcast_f32x4(_mm_loadu_ps(scales + 4 * block));
    return (vf)_mm512_permutexvar_ps(_mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3), four);
  } else {
    return (vf)_mm512_mask_blend_ps(0xff00, _mm512_set1_ps(scales[2 * block]), _mm512_set1_ps(scales[2 * block + 1]));
#elif KERNELS_AVX2
  } else {
    return (vf)_mm256_blend_ps(_mm256_set1_ps(scales[2 * block]), _mm256_set1_ps(scales[2 * block + 1]), 0xf0);
#endif
  }
}

// sum over the block's 8 W weights q x, left in W lanes.
KERNELS_INLINE vf block_dot(Float, vu words, const float* x) {
  vf odd = to_float((vi)(words >> 28)) * load(x + 7 * W);  // the sign bit: shifted after all
  vf even = to_float((vi)(words & 15u << 24)) * load(x + 6 * W);
  odd = to_float((vi)(words & 15u << 20)) * load(x + 5 * W) + odd;
  even = to_float((vi)(words & 15u << 16)) * load(x + 4 * W) + even;
  odd = to_float((vi)(words & 15u << 12)) * load(x + 3 * W) + odd;
  even = to_float((vi)(words & 15u << 8)) * load(x + 2 * W) + even;
  odd = to_float((vi)(words & 15u << 4)) * load(x + 1 * W) + odd;
  even = to_float((vi)(words & 15u)) * load(x) + even;
  return odd + even;
}

#if KERNELS_AVX2
KERNELS_INLINE vf block_dot(Int16, vu words, const std::int16_t* x) {
  const vu mask = (vu)broadcast(0x000f000f);  // nibbles j and j + 4 as a pair
  const std::int32_t* pairs = reinterpret_cast<const std::int32_t*>(x);
  vi even = add_dot2(vi{}, (vi)(words & mask), load(pairs));
  vi odd = add_dot2(vi{}, (vi)(words >> 4 & mask), load(pairs + 1 * W));
  even = add_dot2(even, (vi)(words >> 8 & mask), load(pairs + 2 * W));
  odd = add_dot2(odd, (vi)(words >> 12 & mask), load(pairs + 3 * W));
  return to_float(even + odd);
}
#endif

constexpr std::ptrdiff_t kBlock = 8 * W;  // weights in a vector of words

// Where number k of a row of a goes among the lanes. Float: by nibble, then by word. Int16: pairs (j, j + 4) by word.
template <class Kind>
KERNELS_INLINE std::ptrdiff_t lane_order(std::ptrdiff_t k) {
  const std::ptrdiff_t block = k / kBlock * kBlock, word = k % kBlock / 8, nibble = k % 8;
  if constexpr (std::is_same_v<Kind, Float>) return block + nibble * W + word;
  return block + nibble % 4 * (2 * W) + 2 * word + nibble / 4;
}

inline void prepare_group(Float, const float* group, std::ptrdiff_t k, int size, Activations<Float>& x) {
  static constexpr float kUnshift[8] = {1.0f, 0x1p-4f, 0x1p-8f, 0x1p-12f, 0x1p-16f, 0x1p-20f, 0x1p-24f, 1.0f};
  for (int i = 0; i < size; ++i) x.numbers[lane_order<Float>(k + i)] = group[i] * kUnshift[i % 8];
}

#if KERNELS_AVX2
// The scale that maps the largest number of a group to 32767, or 0 for a group of zeros.
inline float int16_scale(const float* group, int size) {
  vf most{};
  for (int i = 0; i < size; i += W) most = max(most, abs(load(group + i)));
  return std::min(32767.0f / max_of(most), std::numeric_limits<float>::max());  // the group may be all denormals
}

inline void prepare_group(Int16, const float* group, std::ptrdiff_t k, int size, Activations<Int16>& x) {
  const float scale = int16_scale(group, size);
  x.scales[k / size] = 1 / scale;
  for (int i = 0; i < size; i += W) {
    const vi rounded = round_to_int(load(group + i) * broadcast(scale));
    for (int lane = 0; lane < W; ++lane) x.numbers[lane_order<Int16>(k + i + lane)] = static_cast<std::int16_t>(rounded[lane]);
  }
}
#endif

inline float sum_of(const float* x, std::ptrdiff_t count) {
  vf total{};
  std::ptrdiff_t i = 0;
  for (; i + W <= count; i += W) total = total + load(x + i);
  float rest = 0;
  for (; i < count; ++i) rest += x[i];
  return sum(total) + rest;
}

inline float dot(const float* x, const float* y, std::ptrdiff_t count) {
  vf total{};
  std::ptrdiff_t i = 0;
  for (; i + W <= count; i += W) total = load(x + i) * load(y + i) + total;
  float rest = 0;
  for (; i < count; ++i) rest += x[i] * y[i];
  return sum(total) + rest;
}

// The products of kRows rows of b, from row n on, with one row of a. scales and biases: of these rows, as floats.
template <class Kind, int kRows, int kGroup>
void matvec_rows(const QuantizedProduct& p, const Activations<Kind>& x, std::ptrdiff_t n, const float* scales,
                 const float* biases, float* out) {
  const std::ptrdiff_t words = p.K / 8, groups = p.K / kGroup, whole = words / W;
  const std::uint32_t* row = p.b + n * words;
  vf acc[kRows] = {};
  for (std::ptrdiff_t block = 0; block < whole; ++block) {
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const vf dot = block_dot(Kind{}, load(row + r * words + block * W), x.numbers + block * kBlock);
      acc[r] = dot * lane_scales<kGroup>(scales + r * groups, block) + acc[r];
    }
  }
  if (words % W) {  // a last block that is not full: copied out, so that nothing behind the row is read
    constexpr std::ptrdiff_t groups_a_block = std::max<std::ptrdiff_t>(1, kBlock / kGroup);
    for (int r = 0; r < kRows; ++r) {
      std::uint32_t last[W] = {};
      float last_scales[groups_a_block] = {};
      std::memcpy(last, row + r * words + whole * W, static_cast<std::size_t>(words % W) * sizeof *last);
      const std::ptrdiff_t first_group = whole * kBlock / kGroup;
      std::copy_n(scales + r * groups + first_group, groups - first_group, last_scales);
      const vf dot = block_dot(Kind{}, load(last), x.numbers + whole * kBlock);
      acc[r] = dot * lane_scales<kGroup>(last_scales, 0) + acc[r];
    }
  }
  for (int r = 0; r < kRows; ++r) out[r] = sum(acc[r]) + dot(biases + r * groups, x.sums, groups);
}

// A chunk of rows of b against all rows of a: what a thread takes at a time. The chunk is read from memory once and then
// comes from the cache for the other rows of a.
template <class Kind, int kGroup>
struct MatvecChunk {
  static constexpr std::ptrdiff_t kChunk = 32;
  const QuantizedProduct& p;
  const Activations<Kind>* rows;

  void operator()(std::ptrdiff_t chunk, int) const {
    thread_local Scratch scale_memory, bias_memory, scaled_memory;
    const std::ptrdiff_t groups = p.K / kGroup, begin = chunk * kChunk, count = std::min(kChunk, p.N - begin);
    float* scales = scale_memory.get<float>(count * groups);
    float* biases = bias_memory.get<float>(count * groups);
    float* scaled = scaled_memory.get<float>(4 * groups);
    to_floats(p.scale_type, p.scales, begin * groups, count * groups, scales);
    to_floats(p.scale_type, p.biases, begin * groups, count * groups, biases);
    for (std::ptrdiff_t m = 0; m < p.M; ++m) {
      float out[kChunk];
      std::ptrdiff_t i = 0;
      for (; i + 4 <= count; i += 4) run<4>(m, begin, i, scales, biases, scaled, out);
      for (; i < count; ++i) run<1>(m, begin, i, scales, biases, scaled, out);
      from_floats(p.type, p.out, m * p.N + begin, count, out);
    }
  }

  template <int kRows>
  KERNELS_INLINE void run(std::ptrdiff_t m, std::ptrdiff_t begin, std::ptrdiff_t i, const float* scales,
                          const float* biases, float* scaled, float* out) const {
    const std::ptrdiff_t groups = p.K / kGroup;
    const float* row_scales = scales + i * groups;
    if constexpr (std::is_same_v<Kind, Int16>) {
      for (int r = 0; r < kRows; ++r) multiply(row_scales + r * groups, rows[m].scales, groups, scaled + r * groups);
      row_scales = scaled;
    }
    matvec_rows<Kind, kRows, kGroup>(p, rows[m], begin + i, row_scales, biases + i * groups, out + i);
  }

  static void multiply(const float* x, const float* y, std::ptrdiff_t count, float* out) {
    std::ptrdiff_t i = 0;
    for (; i + W <= count; i += W) store(out + i, load(x + i) * load(y + i));
    for (; i < count; ++i) out[i] = x[i] * y[i];
  }
};

// Run tasks on this thread, or on all.
template <class Tasks>
void run_tasks(bool threads, std::ptrdiff_t count, const Tasks& tasks) {
  if (threads) return parallel_for(count, tasks);
  for (std::ptrdiff_t i = 0; i < count; ++i) tasks(i, 0);
}

template <class Kind, int kGroup>
void matvec_group(const QuantizedProduct& p, bool threads) {
  using Number = typename Kind::Number;
  thread_local Scratch float_memory, number_memory, sum_memory, scale_memory, row_memory;
  const std::ptrdiff_t padded = (p.K + kBlock - 1) / kBlock * kBlock, groups = p.K / kGroup;
  float* a = float_memory.get<float>(p.K);
  Number* numbers = number_memory.get<Number>(p.M * padded);
  float* sums = sum_memory.get<float>(p.M * groups);
  float* scales = scale_memory.get<float>(p.M * groups);
  auto* rows = row_memory.get<Activations<Kind>>(p.M);
  for (std::ptrdiff_t m = 0; m < p.M; ++m) {
    rows[m] = {numbers + m * padded, sums + m * groups, scales + m * groups};
    to_floats(p.type, p.a, m * p.K, p.K, a);
    std::fill_n(rows[m].numbers + p.K / kBlock * kBlock, padded - p.K / kBlock * kBlock, Number{});
    for (std::ptrdiff_t k = 0; k < p.K; k += kGroup) {
      rows[m].sums[k / kGroup] = sum_of(a + k, kGroup);
      prepare_group(Kind{}, a + k, k, kGroup, rows[m]);
    }
  }
  const MatvecChunk<Kind, kGroup> chunk{p, rows};
  run_tasks(threads, (p.N + chunk.kChunk - 1) / chunk.kChunk, chunk);
}

template <class Kind>
void matvec(const QuantizedProduct& p, bool threads) {
  if (p.group_size == 32) return matvec_group<Kind, 32>(p, threads);
  if (p.group_size == 64) return matvec_group<Kind, 64>(p, threads);
  return matvec_group<Kind, 128>(p, threads);
}

// ---------------------------------------------------------------------------------------------------------------------
// Rung 4. With many rows of a, rung 3 unpacks each weight again for every row: a third of its instructions multiply. So a
// tile of kDepth x kCols weights is unpacked to float32 once and used for all rows; what is left is a dense product, and the
// limit is FMA. An FMA needs two operands from somewhere: in a register tile of kTall x kCols sums, kTall + 2 loads feed
// 2 kTall FMAs. The sums are named one by one, since GCC 12 keeps an array of vectors in memory here.

constexpr int kCols = 2 * W;
constexpr int kTall = KERNELS_AVX512 ? 12 : 6;  // 24 sums of 32 registers; 12 of 16
constexpr std::ptrdiff_t kDepth = 256;          // kDepth x kCols weights stay in L1 or L2 while all rows of a pass

#define KERNELS_ROWS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)

// sums[kHeight][kCols] += a[kHeight][kDepth] @ weights[depth][kCols]; only depth columns of a are used.
template <int kHeight>
void float_tile(const float* a, const float* weights, std::ptrdiff_t depth, float* sums) {
#define KERNELS_X(i)                                       \
  vf low##i{}, high##i{};                                  \
  if constexpr (i < kHeight) {                             \
    low##i = load(sums + i * kCols);                       \
    high##i = load(sums + i * kCols + W);                  \
  }
  KERNELS_ROWS(KERNELS_X)
#undef KERNELS_X
  for (std::ptrdiff_t k = 0; k < depth; ++k) {
    const vf low = load(weights + k * kCols), high = load(weights + k * kCols + W);
#define KERNELS_X(i)                                       \
  if constexpr (i < kHeight) {                             \
    const vf x = broadcast(a[i * kDepth + k]);             \
    low##i = x * low + low##i;                             \
    high##i = x * high + high##i;                          \
  }
    KERNELS_ROWS(KERNELS_X)
#undef KERNELS_X
  }
#define KERNELS_X(i)                                       \
  if constexpr (i < kHeight) {                             \
    store(sums + i * kCols, low##i);                       \
    store(sums + i * kCols + W, high##i);                  \
  }
  KERNELS_ROWS(KERNELS_X)
#undef KERNELS_X
}

// The weights of one tile, taken apart.
struct Tile {
  std::ptrdiff_t n, k, depth;  // where it begins; columns beyond N repeat the last one
  std::uint32_t words[kDepth / 8][kCols];  // transposed: lanes are columns
  float scales[kDepth / 32][kCols], biases[kDepth / 32][kCols];
};

// Take a tile's words and scales from b [N, K / 8].
inline void gather(const QuantizedProduct& p, Tile& tile) {
  const std::ptrdiff_t groups = p.K / p.group_size, first = tile.k / p.group_size;
  const std::ptrdiff_t tile_groups = (tile.depth + p.group_size - 1) / p.group_size;
  for (int col = 0; col < kCols; ++col) {
    const std::ptrdiff_t n = std::min(tile.n + col, p.N - 1);
    const std::uint32_t* row = p.b + (n * p.K + tile.k) / 8;
    for (std::ptrdiff_t w = 0; w < tile.depth / 8; ++w) tile.words[w][col] = row[w];
    for (std::ptrdiff_t g = 0; g < tile_groups; ++g) {
      tile.scales[g][col] = read_element(p.scale_type, p.scales, n * groups + first + g);
      tile.biases[g][col] = read_element(p.scale_type, p.biases, n * groups + first + g);
    }
  }
}

// weights[depth][kCols] = scale q + bias, of b [N, K / 8].
inline void unpack_float_transposed(const QuantizedProduct& p, Tile& tile, float* weights) {
  gather(p, tile);
  for (std::ptrdiff_t w = 0; w < tile.depth / 8; ++w) {
    const std::ptrdiff_t g = 8 * w / p.group_size;
    for (int half = 0; half < kCols; half += W) {
      const vf scale = load(tile.scales[g] + half), bias = load(tile.biases[g] + half);
      const vu words = load(tile.words[w] + half);
      float* out = weights + 8 * w * kCols + half;
      for (int j = 0; j < 8; ++j) store(out + j * kCols, to_float((vi)(words >> (4 * j) & 15)) * scale + bias);
    }
  }
}

// The same of b [K, N / 8]: the tile's columns are neighbours in memory and within one group.
inline void unpack_float_plain(const QuantizedProduct& p, Tile& tile, float* weights) {
  vu shifts;
  for (int lane = 0; lane < W; ++lane) shifts[lane] = static_cast<std::uint32_t>(lane % 8 * 4);
  for (std::ptrdiff_t k = 0; k < tile.depth; ++k) {
    for (int half = 0; half < kCols; half += W) {
      const std::ptrdiff_t first = (tile.k + k) * p.N + tile.n + half, group = first / p.group_size;
      vu words;
      for (int lane = 0; lane < W; ++lane) words[lane] = p.b[first / 8 + (W > 8 ? lane / 8 : 0)];
      const std::uint32_t base = static_cast<std::uint32_t>(first % 8 * 4);  // W = 4: the upper half of a word
      const float scale = read_element(p.scale_type, p.scales, group), bias = read_element(p.scale_type, p.biases, group);
      const vf q = to_float((vi)(words >> (shifts + base) & 15));
      store(weights + k * kCols + half, q * broadcast(scale) + broadcast(bias));
    }
  }
}

// a in float32, cut into pieces of kTall rows and kDepth columns that a tile reads in order: [M / kTall][K / kDepth][kTall]
// [kDepth].
struct FloatPieces {
  const QuantizedProduct& p;
  float* pieces;
  std::ptrdiff_t depths;

  void operator()(std::ptrdiff_t block, int) const {
    for (std::ptrdiff_t m = block * kTall; m < std::min(p.M, (block + 1) * kTall); ++m) {
      for (std::ptrdiff_t d = 0; d < depths; ++d) {
        float* out = pieces + ((block * depths + d) * kTall + m % kTall) * kDepth;
        to_floats(p.type, p.a, m * p.K + d * kDepth, std::min(kDepth, p.K - d * kDepth), out);
      }
    }
  }
};

using FloatTile = void (*)(const float*, const float*, std::ptrdiff_t, float*);
constexpr FloatTile kFloatTiles[] = {nullptr, float_tile<1>, float_tile<2>, float_tile<3>, float_tile<4>, float_tile<5>,
                                     float_tile<6>,
#if KERNELS_AVX512
                                     float_tile<7>, float_tile<8>, float_tile<9>, float_tile<10>, float_tile<11>,
                                     float_tile<12>,
#endif
};

// One panel of kCols columns of the result, for all rows: what a thread takes at a time.
struct FloatPanel {
  const QuantizedProduct& p;
  const float* pieces;
  std::ptrdiff_t depths;

  void operator()(std::ptrdiff_t panel, int) const {
    thread_local Scratch sum_memory, weight_memory, tile_memory;
    float* sums = sum_memory.get<float>(p.M * kCols);
    float* weights = weight_memory.get<float>(kDepth * kCols);
    Tile& tile = *tile_memory.get<Tile>(1);
    std::fill_n(sums, p.M * kCols, 0.0f);
    for (std::ptrdiff_t d = 0; d < depths; ++d) {
      tile.n = panel * kCols, tile.k = d * kDepth, tile.depth = std::min(kDepth, p.K - tile.k);
      p.transpose_b ? unpack_float_transposed(p, tile, weights) : unpack_float_plain(p, tile, weights);
      for (std::ptrdiff_t m = 0; m < p.M; m += kTall) {
        const float* piece = pieces + (m / kTall * depths + d) * kTall * kDepth;
        kFloatTiles[std::min<std::ptrdiff_t>(kTall, p.M - m)](piece, weights, tile.depth, sums + m * kCols);
      }
    }
    const std::ptrdiff_t cols = std::min<std::ptrdiff_t>(kCols, p.N - tile.n);
    for (std::ptrdiff_t m = 0; m < p.M; ++m) from_floats(p.type, p.out, m * p.N + tile.n, cols, sums + m * kCols);
  }
};

inline void float_tiles(const QuantizedProduct& p, bool threads) {
  thread_local Scratch piece_memory;
  const std::ptrdiff_t blocks = (p.M + kTall - 1) / kTall, depths = (p.K + kDepth - 1) / kDepth;
  float* pieces = piece_memory.get<float>(blocks * depths * kTall * kDepth);
  run_tasks(threads, blocks, FloatPieces{p, pieces, depths});
  run_tasks(threads, (p.N + kCols - 1) / kCols, FloatPanel{p, pieces, depths});
}

// ---------------------------------------------------------------------------------------------------------------------
// Rung 6. At the limit of FMA, fewer bits a factor are what is left. vpmaddwd (and vpdpwssd) multiply twice as many int16
// as an FMA does floats, and q needs no conversion. So each group of a row of a is rounded to int16 with a scale of its
// own: an error of at most 2^-16 of the group's largest number, 2^-5 of float16's own rounding of that number. float32
// does not take this rung. The products of a group are exact in int32; scale and bias follow once a group, in float32.
#if KERNELS_AVX2

constexpr int kPairs = kDepth / 2;

// A tile of a: pairs in the order in which a word's nibbles are masked out, (j, j + 4).
struct Int16Piece {
  std::int16_t numbers[kTall][kDepth];
  float scales[kDepth / 32][kTall], sums[kDepth / 32][kTall];
};

struct Int16Pieces {
  const QuantizedProduct& p;
  Int16Piece* pieces;
  std::ptrdiff_t depths;

  void operator()(std::ptrdiff_t block, int) const {
    thread_local Scratch row_memory;
    float* row = row_memory.get<float>(p.K);
    for (std::ptrdiff_t m = block * kTall; m < std::min(p.M, (block + 1) * kTall); ++m) {
      to_floats(p.type, p.a, m * p.K, p.K, row);
      for (std::ptrdiff_t k = 0; k < p.K; k += p.group_size) {
        put_group(row + k, pieces[block * depths + k / kDepth], m % kTall, k % kDepth);
      }
    }
  }

  void put_group(const float* group, Int16Piece& piece, std::ptrdiff_t row, std::ptrdiff_t k) const {
    const float scale = int16_scale(group, p.group_size);
    piece.scales[k / p.group_size][row] = 1 / scale;
    piece.sums[k / p.group_size][row] = sum_of(group, p.group_size);
    std::int16_t* out = piece.numbers[row] + k;
    for (int i = 0; i < p.group_size; i += W) {
      const vi rounded = round_to_int(load(group + i) * broadcast(scale));
      for (int lane = 0; lane < W; ++lane) {
        out[i + lane / 8 * 8 + lane % 4 * 2 + lane % 8 / 4] = static_cast<std::int16_t>(rounded[lane]);
      }
    }
  }
};

// pairs[depth / 2][kCols]: the weights q of b [N, K / 8], two int16 to a lane.
inline void unpack_int16(const QuantizedProduct& p, Tile& tile, std::int32_t* pairs) {
  gather(p, tile);
  const vu mask = (vu)broadcast(0x000f000f);
  for (std::ptrdiff_t w = 0; w < tile.depth / 8; ++w) {
    for (int half = 0; half < kCols; half += W) {
      const vu words = load(tile.words[w] + half);
      std::int32_t* out = pairs + 4 * w * kCols + half;
      for (int j = 0; j < 4; ++j) store(out + j * kCols, (vi)(words >> (4 * j) & mask));
    }
  }
}

// sums[kHeight][kCols] += the products of one group; a as in Int16Piece, pairs [steps][kCols].
template <int kHeight>
void int16_tile(const Int16Piece& piece, std::ptrdiff_t g, std::ptrdiff_t steps, const std::int32_t* pairs,
                const float* group_scales, const float* group_biases, float* sums) {
  const std::int16_t* a = piece.numbers[0] + g * steps * 2;
#define KERNELS_X(i) vi low##i{}, high##i{};
  KERNELS_ROWS(KERNELS_X)
#undef KERNELS_X
  for (std::ptrdiff_t k = 0; k < steps; ++k) {
    const vi low = load(pairs + k * kCols), high = load(pairs + k * kCols + W);
#define KERNELS_X(i)                                                        \
  if constexpr (i < kHeight) {                                              \
    std::int32_t pair;                                                      \
    std::memcpy(&pair, a + i * kDepth + 2 * k, sizeof pair);                \
    low##i = add_dot2(low##i, broadcast(pair), low);                        \
    high##i = add_dot2(high##i, broadcast(pair), high);                     \
  }
    KERNELS_ROWS(KERNELS_X)
#undef KERNELS_X
  }
  const vf scale_low = load(group_scales), scale_high = load(group_scales + W);
  const vf bias_low = load(group_biases), bias_high = load(group_biases + W);
#define KERNELS_X(i)                                                                                       \
  if constexpr (i < kHeight) {                                                                             \
    const vf scale = broadcast(piece.scales[g][i]), total = broadcast(piece.sums[g][i]);                   \
    float* out = sums + i * kCols;                                                                         \
    store(out, to_float(low##i) * (scale_low * scale) + (bias_low * total + load(out)));                   \
    store(out + W, to_float(high##i) * (scale_high * scale) + (bias_high * total + load(out + W)));        \
  }
  KERNELS_ROWS(KERNELS_X)
#undef KERNELS_X
}

using Int16Tile = void (*)(const Int16Piece&, std::ptrdiff_t, std::ptrdiff_t, const std::int32_t*, const float*,
                           const float*, float*);
constexpr Int16Tile kInt16Tiles[] = {nullptr, int16_tile<1>, int16_tile<2>, int16_tile<3>, int16_tile<4>, int16_tile<5>,
                                     int16_tile<6>,
#if KERNELS_AVX512
                                     int16_tile<7>, int16_tile<8>, int16_tile<9>, int16_tile<10>, int16_tile<11>,
                                     int16_tile<12>,
#endif
};

struct Int16Panel {
  const QuantizedProduct& p;
  const Int16Piece* pieces;
  std::ptrdiff_t depths;

  void operator()(std::ptrdiff_t panel, int) const {
    thread_local Scratch sum_memory, weight_memory, tile_memory;
    float* sums = sum_memory.get<float>(p.M * kCols);
    std::int32_t* pairs = weight_memory.get<std::int32_t>(kPairs * kCols);
    Tile& tile = *tile_memory.get<Tile>(1);
    const std::ptrdiff_t steps = p.group_size / 2;
    std::fill_n(sums, p.M * kCols, 0.0f);
    for (std::ptrdiff_t d = 0; d < depths; ++d) {
      tile.n = panel * kCols, tile.k = d * kDepth, tile.depth = std::min(kDepth, p.K - tile.k);
      unpack_int16(p, tile, pairs);
      for (std::ptrdiff_t m = 0; m < p.M; m += kTall) {
        const Int16Piece& piece = pieces[m / kTall * depths + d];
        const Int16Tile run = kInt16Tiles[std::min<std::ptrdiff_t>(kTall, p.M - m)];
        for (std::ptrdiff_t g = 0; g < tile.depth / p.group_size; ++g) {
          run(piece, g, steps, pairs + g * steps * kCols, tile.scales[g], tile.biases[g], sums + m * kCols);
        }
      }
    }
    const std::ptrdiff_t cols = std::min<std::ptrdiff_t>(kCols, p.N - tile.n);
    for (std::ptrdiff_t m = 0; m < p.M; ++m) from_floats(p.type, p.out, m * p.N + tile.n, cols, sums + m * kCols);
  }
};

inline void int16_tiles(const QuantizedProduct& p, bool threads) {
  thread_local Scratch piece_memory;
  const std::ptrdiff_t blocks = (p.M + kTall - 1) / kTall, depths = (p.K + kDepth - 1) / kDepth;
  Int16Piece* pieces = piece_memory.get<Int16Piece>(blocks * depths);
  run_tasks(threads, blocks, Int16Pieces{p, pieces, depths});
  run_tasks(threads, (p.N + kCols - 1) / kCols, Int16Panel{p, pieces, depths});
}

#endif

// ---------------------------------------------------------------------------------------------------------------------
// Rung 5 is rungs 3 and 4 on all CPUs: chunks and panels do not depend on each other, so the result is the same.
// Rows of a from which unpacking once pays. Measured.
constexpr std::ptrdiff_t kFewRows = 4;

inline void by_shape(const QuantizedProduct& p, bool threads) {
  if (p.transpose_b && p.M <= kFewRows) return matvec<Float>(p, threads);
  float_tiles(p, threads);
}

inline void int16_activations(const QuantizedProduct& p, bool threads) {
#if KERNELS_AVX2
  if (p.type != Element::float32 && p.transpose_b) {
    return p.M <= kFewRows ? matvec<Int16>(p, threads) : int16_tiles(p, threads);
  }
#endif
  by_shape(p, threads);
}

inline void run_rung(const QuantizedProduct& p, int rung) {
  switch (rung) {
    case 1:
      return plain_loops(p);
    case 2:
      return whole_words(p);
    case 3:
      return p.transpose_b ? matvec<Float>(p, false) : float_tiles(p, false);
    case 4:
      return by_shape(p, false);
    case 5:
      return by_shape(p, true);
    default:
      return int16_activations(p, true);
  }
}

}  // namespace KERNELS_NS
}  // namespace kernels
