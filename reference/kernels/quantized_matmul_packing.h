// How quantized_matmul's operands are laid out for the vectors of its ladder. A part of quantized_matmul_ladder.h, in
// its namespace; knows nothing of loops over a whole product.

// How a's numbers are kept: float, or int16 with a scale for each group (rung 6).
struct Float {
  using Number = float;
};
struct Int16 {
  using Number = std::int16_t;
};

// A row of a, made ready: numbers in the order of the lanes, zeros after the end; the sum of each group; for Int16 the
// scale of each group.
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
    for (int lane = 0; lane < W; ++lane)
      x.numbers[lane_order<Int16>(k + i + lane)] = static_cast<std::int16_t>(rounded[lane]);
  }
}
#endif

inline float sum_of(const float* x, std::ptrdiff_t count) {  // count: a multiple of 32
  vf total{};
  for (std::ptrdiff_t i = 0; i < count; i += W) total = total + load(x + i);
  return sum(total);
}

// The dot product of two rows, left in W lanes. Rows of scales are short: a loop over what is left would cost as much
// as a row of weights.
KERNELS_INLINE vf dot(const float* x, const float* y, std::ptrdiff_t count) {
  vf total{};
  std::ptrdiff_t i = 0;
  for (; i + W <= count; i += W) total = load(x + i) * load(y + i) + total;
  return load_first(x + i, count - i) * load_first(y + i, count - i) + total;
}

KERNELS_INLINE void multiply(const float* x, const float* y, std::ptrdiff_t count, float* out) {
  std::ptrdiff_t i = 0;
  for (; i + W <= count; i += W) store(out + i, load(x + i) * load(y + i));
  store_first(out + i, count - i, load_first(x + i, count - i) * load_first(y + i, count - i));
}

// ---------------------------------------------------------------------------------------------------------------------
// For many rows of a (rungs 4 and 6): a in pieces, b in tiles.

constexpr int kCols = 2 * W;
constexpr int kTall = KERNELS_AVX512 ? 12 : 6;  // 24 sums of 32 registers; 12 of 16
constexpr std::ptrdiff_t kDepth = 256;          // a tile of weights, kDepth x kCols, stays in L1 or L2

// kTall rows and kDepth columns of a, in float32. Rows are not a power of two apart: their lines would share a few sets
// of the cache.
struct FloatPiece {
  float numbers[kTall][kDepth + 16];
};

// The same in int16, pairs in the order in which a word's nibbles are masked out, (j, j + 4); scales and sums by group.
struct Int16Piece {
  std::int16_t numbers[kTall][kDepth + 32];
  float scales[kDepth / 32][kTall], sums[kDepth / 32][kTall];
};

// Put columns k .. k + count - 1 of a row into a piece, from the piece's first column on.
inline void put_row(const QuantizedProduct&, const float* row, std::ptrdiff_t count, FloatPiece& piece,
                    std::ptrdiff_t i) {
  std::copy_n(row, count, piece.numbers[i]);
}

#if KERNELS_AVX2
inline void put_row(const QuantizedProduct& p, const float* row, std::ptrdiff_t count, Int16Piece& piece,
                    std::ptrdiff_t i) {
  for (std::ptrdiff_t k = 0; k < count; k += p.group_size) {
    const float scale = int16_scale(row + k, p.group_size);
    piece.scales[k / p.group_size][i] = 1 / scale;
    piece.sums[k / p.group_size][i] = sum_of(row + k, p.group_size);
    for (int n = 0; n < p.group_size; n += W) {
      const vi rounded = round_to_int(load(row + k + n) * broadcast(scale));
      for (int lane = 0; lane < W; ++lane) {
        const std::ptrdiff_t to = k + n + lane / 8 * 8 + lane % 4 * 2 + lane % 8 / 4;
        piece.numbers[i][to] = static_cast<std::int16_t>(rounded[lane]);
      }
    }
  }
}
#endif

// All rows of a, cut into pieces [M / kTall][K / kDepth]. A task is kTall rows.
template <class Piece>
struct CutRows {
  const QuantizedProduct& p;
  Piece* pieces;
  std::ptrdiff_t depths;

  void operator()(std::ptrdiff_t block, int) const {
    thread_local Scratch row_memory;
    float* row = row_memory.get<float>(p.K);
    for (std::ptrdiff_t m = block * kTall; m < std::min(p.M, (block + 1) * kTall); ++m) {
      to_floats(p.type, p.a, m * p.K, p.K, row);
      for (std::ptrdiff_t d = 0; d < depths; ++d) {
        put_row(p, row + d * kDepth, std::min(kDepth, p.K - d * kDepth), pieces[block * depths + d], m % kTall);
      }
    }
  }
};

// The words and scales of kCols columns and kDepth rows of the weights, lanes along the columns.
struct Tile {
  std::ptrdiff_t n, k, depth;  // where it begins; columns beyond N repeat the last one
  std::uint32_t words[kDepth / 8][kCols];
  float scales[kDepth / 32][kCols], biases[kDepth / 32][kCols];
};

// to[w][c] = from[c * row + w] for w, c < 8.
inline void transpose8(const std::uint32_t* from, std::ptrdiff_t row, std::uint32_t* to) {
#if KERNELS_AVX2
  __m256 r[8], pairs[8];
  for (int c = 0; c < 8; ++c) r[c] = _mm256_loadu_ps(reinterpret_cast<const float*>(from + c * row));
  for (int c = 0; c < 8; c += 2) {
    pairs[c] = _mm256_unpacklo_ps(r[c], r[c + 1]);
    pairs[c + 1] = _mm256_unpackhi_ps(r[c], r[c + 1]);
  }
  for (int c = 0; c < 8; c += 4) {  // r[c + i]: words i and i + 4 of columns c .. c + 3
    r[c] = _mm256_shuffle_ps(pairs[c], pairs[c + 2], 0x44);
    r[c + 1] = _mm256_shuffle_ps(pairs[c], pairs[c + 2], 0xee);
    r[c + 2] = _mm256_shuffle_ps(pairs[c + 1], pairs[c + 3], 0x44);
    r[c + 3] = _mm256_shuffle_ps(pairs[c + 1], pairs[c + 3], 0xee);
  }
  for (int w = 0; w < 4; ++w) {
    _mm256_storeu_ps(reinterpret_cast<float*>(to + w * kCols), _mm256_permute2f128_ps(r[w], r[w + 4], 0x20));
    _mm256_storeu_ps(reinterpret_cast<float*>(to + (w + 4) * kCols), _mm256_permute2f128_ps(r[w], r[w + 4], 0x31));
  }
#else
  for (int c = 0; c < 8; ++c) {
    for (int w = 0; w < 8; ++w) to[w * kCols + c] = from[c * row + w];
  }
#endif
}

// Take a tile's words and scales from b [N, K / 8]. scales and biases: of the tile's columns, [kCols][groups], as
// floats.
inline void gather(const QuantizedProduct& p, const float* scales, const float* biases, Tile& tile) {
  const std::ptrdiff_t groups = p.K / p.group_size, first = tile.k / p.group_size, row_words = p.K / 8;
  const std::ptrdiff_t tile_groups = (tile.depth + p.group_size - 1) / p.group_size, words = tile.depth / 8;
  const std::uint32_t* b = p.b + tile.n * row_words + tile.k / 8;
  const std::ptrdiff_t cols = std::min<std::ptrdiff_t>(kCols, p.N - tile.n);
  std::ptrdiff_t done = 0;  // words of all columns
  if (cols == kCols) {
    for (; done + 8 <= words; done += 8) {
      for (int c = 0; c < kCols; c += 8) transpose8(b + c * row_words + done, row_words, tile.words[done] + c);
    }
  }
  for (std::ptrdiff_t c = 0; c < kCols; ++c) {
    const std::ptrdiff_t from = std::min(c, cols - 1);
    for (std::ptrdiff_t w = done; w < words; ++w) tile.words[w][c] = b[from * row_words + w];
    for (std::ptrdiff_t g = 0; g < tile_groups; ++g) {
      tile.scales[g][c] = scales[from * groups + first + g];
      tile.biases[g][c] = biases[from * groups + first + g];
    }
  }
}

// weights[depth][kCols] = scale q + bias.
inline void unpack(const QuantizedProduct& p, const Tile& tile, float* weights) {
  for (std::ptrdiff_t w = 0; w < tile.depth / 8; ++w) {
    const std::ptrdiff_t g = 8 * w / p.group_size;
    for (int half = 0; half < kCols; half += W) {
      const vf scale = load(tile.scales[g] + half), bias = load(tile.biases[g] + half);
      const vu words = load(tile.words[w] + half);
      float* out = weights + 8 * w * kCols + half;
#pragma GCC unroll 8
      for (int j = 0; j < 8; ++j) store(out + j * kCols, to_float((vi)(words >> (4 * j) & 15)) * scale + bias);
    }
  }
}

// pairs[depth / 2][kCols]: the weights q, two int16 to a lane.
inline void unpack(const QuantizedProduct&, const Tile& tile, std::int32_t* pairs) {
  for (std::ptrdiff_t w = 0; w < tile.depth / 8; ++w) {
    for (int half = 0; half < kCols; half += W) {
      const vu words = load(tile.words[w] + half);
      std::int32_t* out = pairs + 4 * w * kCols + half;
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) store(out + j * kCols, (vi)(words >> (4 * j) & 0x000f000fu));
    }
  }
}

// weights[depth][kCols] of b [K, N / 8]: the tile's columns are neighbours in memory and within one group.
inline void unpack_plain(const QuantizedProduct& p, const Tile& tile, float* weights) {
  vu shifts;
  for (int lane = 0; lane < W; ++lane) shifts[lane] = static_cast<std::uint32_t>(lane % 8 * 4);
  for (std::ptrdiff_t k = 0; k < tile.depth; ++k) {
    for (int half = 0; half < kCols; half += W) {
      const std::ptrdiff_t first = (tile.k + k) * p.N + tile.n + half, group = first / p.group_size;
      vu words;
      for (int lane = 0; lane < W; ++lane) words[lane] = p.b[first / 8 + (W > 8 ? lane / 8 : 0)];
      const std::uint32_t base = static_cast<std::uint32_t>(first % 8 * 4);  // W = 4: the upper half of a word
      const float scale = read_element(p.scale_type, p.scales, group);
      const float bias = read_element(p.scale_type, p.biases, group);
      const vf q = to_float((vi)(words >> (shifts + base) & 15));
      store(weights + k * kCols + half, q * broadcast(scale) + broadcast(bias));
    }
  }
}
