// From plain loops to the kernel that runs: read from top to bottom. One idea a rung; each begins with what limits the
// one before. Compiled once per instruction set by foreach_isa.h. Measured figures: docs/kernels.md.
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
namespace {  // another op's ladder may have a function of the same name

#include "kernels/simd.h"
#include "quantized_matmul_packing.h"

// Weight number i of b in the order of memory is nibble i % 8 of word i / 8, in group i / group_size: rows are whole
// groups, so this holds across rows and for both orientations.
inline std::ptrdiff_t weight_index(const QuantizedProduct& p, std::ptrdiff_t k, std::ptrdiff_t n) {
  return p.transpose_b ? n * p.K + k : k * p.N + n;
}

// ---------------------------------------------------------------------------------------------------------------------
// Rung 1. The definition, one output at a time. For each weight: a division to find its group, two conversions, a
// shift.
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
// Rung 2. Rung 1 spends its time around the weight, not on it. A word is loaded once for its eight weights, a row of a
// is converted once for all n, and a group's scale and bias leave the loop:
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
// Rung 3. Now the eight shift-mask-convert-multiply chains of a word are the limit: W words go through them at once.
// Lane l holds word l of a block of 8 W weights, and a is reordered to match, once for all n. The shift goes: nibble j
// masked in place is 16^j q, and a carries the 16^-j (exact, a power of two). Four rows of b share each load of a.

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

// The products of kRows rows of b, from row n on, with one row of a. scales and biases: of these rows, as floats.
template <class Kind, int kRows, int kGroup>
void matvec_rows(const QuantizedProduct& p, const Activations<Kind>& x, std::ptrdiff_t n, const float* scales,
                 const float* biases, float* out) {
  const std::ptrdiff_t words = p.K / 8, groups = p.K / kGroup, whole = words / W;
  const std::uint32_t* row = p.b + n * words;
  // The processor's own prefetch stops at the end of a page, and rows are short: ask for what comes a little later.
  // Into L2: measured faster than into L1.
  const std::ptrdiff_t ahead = std::max<std::ptrdiff_t>(kRows * words, 2048);
  vf acc[kRows] = {};
  for (std::ptrdiff_t block = 0; block < whole; ++block) {
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const std::uint32_t* block_words = row + r * words + block * W;
      __builtin_prefetch(block_words + ahead, 0, 2);
      const vf dot = block_dot(Kind{}, load(block_words), x.numbers + block * kBlock);
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
  for (int r = 0; r < kRows; ++r) out[r] = sum(acc[r] + dot(biases + r * groups, x.sums, groups));
}

// A chunk of rows of b against all rows of a: what a thread takes at a time. The chunk is read from memory once and
// then comes from the cache for the other rows of a.
template <class Kind, int kGroup>
struct MatvecChunk {
  static constexpr std::ptrdiff_t kMost = 128;
  const QuantizedProduct& p;
  const Activations<Kind>* rows;
  // Long chunks, since at each new one the processor's prefetch begins again; but enough of them to share them out.
  std::ptrdiff_t size = std::clamp<std::ptrdiff_t>(p.N / (8 * num_threads()) / 4 * 4, 32, kMost);

  void operator()(std::ptrdiff_t chunk, int) const {
    thread_local Scratch scale_memory, bias_memory, scaled_memory;
    const std::ptrdiff_t groups = p.K / kGroup, begin = chunk * size, count = std::min(size, p.N - begin);
    float* scales = scale_memory.get<float>(count * groups);
    float* biases = bias_memory.get<float>(count * groups);
    float* scaled = scaled_memory.get<float>(4 * groups);
    to_floats(p.scale_type, p.scales, begin * groups, count * groups, scales);
    to_floats(p.scale_type, p.biases, begin * groups, count * groups, biases);
    for (std::ptrdiff_t m = 0; m < p.M; ++m) {
      float out[kMost];
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
  run_tasks(threads, (p.N + chunk.size - 1) / chunk.size, chunk);
}

template <class Kind>
void matvec(const QuantizedProduct& p, bool threads) {
  if (p.group_size == 32) return matvec_group<Kind, 32>(p, threads);
  if (p.group_size == 64) return matvec_group<Kind, 64>(p, threads);
  return matvec_group<Kind, 128>(p, threads);
}

// ---------------------------------------------------------------------------------------------------------------------
// Rung 4. With many rows of a, rung 3 unpacks each weight again for every row: a third of its instructions multiply. So
// a tile of kDepth x kCols weights is unpacked to float32 once and used for all rows; what is left is a dense product,
// and the limit is FMA. An FMA needs two operands from somewhere: in a register tile of kTall x kCols sums, kTall + 2
// loads feed 2 kTall FMAs. The sums are named one by one, since GCC 12 keeps an array of vectors in memory here.

#define KERNELS_ROWS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)

// sums[kHeight][kCols] += a[kHeight][depth] @ weights[depth][kCols].
template <int kHeight>
void multiply_tile(const FloatPiece& a, const float* weights, const Tile& tile, int, float* sums) {
#define KERNELS_X(i)                      \
  vf low##i{}, high##i{};                 \
  if constexpr (i < kHeight) {            \
    low##i = load(sums + i * kCols);      \
    high##i = load(sums + i * kCols + W); \
  }
  KERNELS_ROWS(KERNELS_X)
#undef KERNELS_X
  for (std::ptrdiff_t k = 0; k < tile.depth; ++k) {
    const vf low = load(weights + k * kCols), high = load(weights + k * kCols + W);
#define KERNELS_X(i)                         \
  if constexpr (i < kHeight) {               \
    const vf x = broadcast(a.numbers[i][k]); \
    low##i = x * low + low##i;               \
    high##i = x * high + high##i;            \
  }
    KERNELS_ROWS(KERNELS_X)
#undef KERNELS_X
  }
#define KERNELS_X(i)                      \
  if constexpr (i < kHeight) {            \
    store(sums + i * kCols, low##i);      \
    store(sums + i * kCols + W, high##i); \
  }
  KERNELS_ROWS(KERNELS_X)
#undef KERNELS_X
}

#if KERNELS_AVX2
template <int kHeight>  // rung 6
void multiply_tile(const Int16Piece& a, const std::int32_t* pairs, const Tile& tile, int group_size, float* sums);
#endif

// The tiles' code for each height from 1 to kTall.
template <class Piece, class Weight>
using MultiplyTile = void (*)(const Piece&, const Weight*, const Tile&, int, float*);

template <class Piece, class Weight, int... kHeights>
MultiplyTile<Piece, Weight> tile_of_height(std::ptrdiff_t height, std::integer_sequence<int, kHeights...>) {
  static constexpr MultiplyTile<Piece, Weight> table[] = {&multiply_tile<kHeights + 1>...};
  return table[height - 1];
}

// A few panels of kCols columns of the result, for all rows: what a thread takes at a time. A piece of a is fetched
// once for all panels of the task, and the tiles' weights for all rows of a.
template <class Piece, class Weight>
struct Panels {
  const QuantizedProduct& p;
  const Piece* pieces;
  std::ptrdiff_t depths;
  std::ptrdiff_t width;  // panels to a task

  static constexpr std::ptrdiff_t kTileSize = kDepth * kCols * static_cast<std::ptrdiff_t>(sizeof(float)) /
                                              (std::is_same_v<Weight, float> ? 4 : 8);  // weights in units of Weight

  void operator()(std::ptrdiff_t task, int) const {
    thread_local Scratch sum_memory, weight_memory, tile_memory, scale_memory, bias_memory;
    const std::ptrdiff_t n = task * width * kCols, cols = std::min(width * kCols, p.N - n);
    const std::ptrdiff_t panels = (cols + kCols - 1) / kCols, groups = p.K / p.group_size;
    float* sums = sum_memory.get<float>(panels * p.M * kCols);
    Weight* weights = weight_memory.get<Weight>(panels * kTileSize);
    Tile* tiles = tile_memory.get<Tile>(panels);
    float *scales = nullptr, *biases = nullptr;
    if (p.transpose_b) {
      scales = scale_memory.get<float>(cols * groups), biases = bias_memory.get<float>(cols * groups);
      to_floats(p.scale_type, p.scales, n * groups, cols * groups, scales);
      to_floats(p.scale_type, p.biases, n * groups, cols * groups, biases);
    }
    std::fill_n(sums, panels * p.M * kCols, 0.0f);
    for (std::ptrdiff_t d = 0; d < depths; ++d) {
      for (std::ptrdiff_t i = 0; i < panels; ++i) {
        Tile& tile = tiles[i];
        tile.n = n + i * kCols, tile.k = d * kDepth, tile.depth = std::min(kDepth, p.K - tile.k);
        unpack_tile(tile, scales + i * kCols * groups, biases + i * kCols * groups, weights + i * kTileSize);
      }
      multiply(d, panels, tiles, weights, sums);
    }
    for (std::ptrdiff_t i = 0; i < panels; ++i) {
      const std::ptrdiff_t panel_cols = std::min<std::ptrdiff_t>(kCols, cols - i * kCols);
      for (std::ptrdiff_t m = 0; m < p.M; ++m) {
        from_floats(p.type, p.out, m * p.N + n + i * kCols, panel_cols, sums + (i * p.M + m) * kCols);
      }
    }
  }

  void unpack_tile(Tile& tile, const float* scales, const float* biases, Weight* weights) const {
    if constexpr (std::is_same_v<Weight, float>) {
      if (!p.transpose_b) return unpack_plain(p, tile, weights);
    }
    gather(p, scales, biases, tile);
    unpack(p, tile, weights);
  }

  void multiply(std::ptrdiff_t d, std::ptrdiff_t panels, const Tile* tiles, const Weight* weights, float* sums) const {
    for (std::ptrdiff_t m = 0; m < p.M; m += kTall) {
      const Piece& piece = pieces[m / kTall * depths + d];
      const auto run = tile_of_height<Piece, Weight>(std::min<std::ptrdiff_t>(kTall, p.M - m),
                                                     std::make_integer_sequence<int, kTall>());
      for (std::ptrdiff_t i = 0; i < panels; ++i) {
        run(piece, weights + i * kTileSize, tiles[i], p.group_size, sums + (i * p.M + m) * kCols);
      }
    }
  }
};

template <class Piece, class Weight>
void multiply_tiles(const QuantizedProduct& p, bool threads) {
  thread_local Scratch piece_memory;
  const std::ptrdiff_t blocks = (p.M + kTall - 1) / kTall, depths = (p.K + kDepth - 1) / kDepth;
  Piece* pieces = piece_memory.get<Piece>(blocks * depths);
  run_tasks(threads, blocks, CutRows<Piece>{p, pieces, depths});
  // Four panels share a piece of a, but not if that leaves a thread with nothing to do.
  const std::ptrdiff_t panels = (p.N + kCols - 1) / kCols;
  const std::ptrdiff_t width = std::clamp<std::ptrdiff_t>(panels / (4 * num_threads()), 1, 4);
  run_tasks(threads, (panels + width - 1) / width, Panels<Piece, Weight>{p, pieces, depths, width});
}

// ---------------------------------------------------------------------------------------------------------------------
// Rung 6. At the limit of FMA, fewer bits a factor are what is left. vpmaddwd (and vpdpwssd) multiply twice as many
// int16 as an FMA does floats, and q needs no conversion. So each group of a row of a is rounded to int16 with a scale
// of its own: an error of at most 2^-16 of the group's largest number, 2^-5 of float16's own rounding of that number.
// float32 does not take this rung. The products of a group are exact in int32; scale and bias follow once a group, in
// float32.
#if KERNELS_AVX2

// sums[kHeight][kCols] += the products of the tile, group by group.
template <int kHeight>
void multiply_tile(const Int16Piece& a, const std::int32_t* pairs, const Tile& tile, int group_size, float* sums) {
  const std::ptrdiff_t steps = group_size / 2;
  for (std::ptrdiff_t g = 0; g < tile.depth / group_size; ++g, pairs += steps * kCols) {
#define KERNELS_X(i) vi low##i{}, high##i{};
    KERNELS_ROWS(KERNELS_X)
#undef KERNELS_X
    for (std::ptrdiff_t k = 0; k < steps; ++k) {
      const vi low = load(pairs + k * kCols), high = load(pairs + k * kCols + W);
#define KERNELS_X(i)                                                        \
  if constexpr (i < kHeight) {                                              \
    std::int32_t pair;                                                      \
    std::memcpy(&pair, a.numbers[i] + g * group_size + 2 * k, sizeof pair); \
    low##i = add_dot2(low##i, broadcast(pair), low);                        \
    high##i = add_dot2(high##i, broadcast(pair), high);                     \
  }
      KERNELS_ROWS(KERNELS_X)
#undef KERNELS_X
    }
    const vf scale_low = load(tile.scales[g]), scale_high = load(tile.scales[g] + W);
    const vf bias_low = load(tile.biases[g]), bias_high = load(tile.biases[g] + W);
#define KERNELS_X(i)                                                                                \
  if constexpr (i < kHeight) {                                                                      \
    const vf scale = broadcast(a.scales[g][i]), total = broadcast(a.sums[g][i]);                    \
    float* out = sums + i * kCols;                                                                  \
    store(out, to_float(low##i) * (scale_low * scale) + (bias_low * total + load(out)));            \
    store(out + W, to_float(high##i) * (scale_high * scale) + (bias_high * total + load(out + W))); \
  }
    KERNELS_ROWS(KERNELS_X)
#undef KERNELS_X
  }
}

#endif

// ---------------------------------------------------------------------------------------------------------------------
// Rung 5 is rungs 3 and 4 on all CPUs: chunks and panels do not depend on each other, so the result is the same.
// Rows of a from which unpacking once pays. Measured.
constexpr std::ptrdiff_t kFewRows = 3;

inline void by_shape(const QuantizedProduct& p, bool threads) {
  if (p.transpose_b && p.M <= kFewRows) return matvec<Float>(p, threads);
  multiply_tiles<FloatPiece, float>(p, threads);
}

inline void int16_activations(const QuantizedProduct& p, bool threads) {
#if KERNELS_AVX2
  if (p.type != Element::float32 && p.transpose_b) {
    return p.M <= kFewRows ? matvec<Int16>(p, threads) : multiply_tiles<Int16Piece, std::int32_t>(p, threads);
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
      return p.transpose_b ? matvec<Float>(p, false) : multiply_tiles<FloatPiece, float>(p, false);
    case 4:
      return by_shape(p, false);
    case 5:
      return by_shape(p, true);
    default:
      return int16_activations(p, true);
  }
}

}  // namespace
}  // namespace KERNELS_NS
}  // namespace kernels

#undef KERNELS_ROWS
