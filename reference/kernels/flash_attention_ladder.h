// Attention without a matrix of scores, as a ladder: each rung changes one thing, and says what limited the rung below.
// A file of kernels/foreach_isa.h: compiled once for each instruction set. Knows nothing of MLX.
//
// All rungs rest on the online softmax: keep the largest score so far, and the sums of weights and of weighted values
// that belong to it; when a larger score comes, the old sums fade by e^(old - new). Scores live for one tile of keys.
// A row whose keys are all hidden has no average: its output is 0.
// Sources: Dao et al., https://arxiv.org/abs/2205.14135; Milakov and Gimelshein, https://arxiv.org/abs/1805.02867
//
// The ratios in the comments are CPU time of the rung below over this one's: one core of a Zen 4 server, AVX2, 14 query
// heads, 2 key/value heads, D = 64. "Prefill" is 256 causal queries and as many keys, "decode" one query and 4096 keys
// that come from memory.
#include "f32x8.h"

namespace kernels::KERNELS_NS {

constexpr float kHidden = -std::numeric_limits<float>::infinity();  // the score of a key that a row does not see
constexpr int kTileKeys = 128;   // rungs 2 and up: keys between two looks at the largest score
constexpr int kStripRows = 24;   // rungs 4 and up: query rows in registers, three vectors of them
constexpr int kBlockRows = 192;  // rungs 4 and up: query rows that share one pass over the keys

// Memory of this thread, kept for the next call. No rung asks for more than a block and two tiles.
static float* scratch(std::ptrdiff_t floats) {
  thread_local Scratch memory;
  return memory.get<float>(floats);
}

// ---- where the numbers lie ----

static std::ptrdiff_t batch_offset(const AttentionProblem& p, int batch, std::ptrdiff_t batch0, std::ptrdiff_t batch1) {
  return batch / p.B1 * batch0 + batch % p.B1 * batch1;
}

template <class T>
static const T* head_rows(const AttentionProblem& p, const Heads& x, int batch, int head) {
  return static_cast<const T*>(x.data) + batch_offset(p, batch, x.batch0, x.batch1) + head * x.head;
}

static std::ptrdiff_t mask_row(const AttentionProblem& p, int batch, int head, int query) {
  return batch_offset(p, batch, p.mask.batch0, p.mask.batch1) + head * p.mask.head + query * p.mask.row;
}

static std::ptrdiff_t out_row(const AttentionProblem& p, int batch, int head, int query) {
  return (static_cast<std::ptrdiff_t>(batch) * p.H_q + head) * p.L + query;
}

// One query row and what it looks at.
template <class T>
struct Row {
  const T *q, *k, *v;
  std::ptrdiff_t mask;  // of this row's first key
  int keys;             // how many it sees
  T* out;

  Row(const AttentionProblem& p, int batch, int head, int query)
      : q(head_rows<T>(p, p.q, batch, head) + query * p.q.row),
        k(head_rows<T>(p, p.k, batch, head / p.group())),
        v(head_rows<T>(p, p.v, batch, head / p.group())),
        mask(mask_row(p, batch, head, query)),
        keys(p.visible_keys(query)),
        out(static_cast<T*>(p.out) + out_row(p, batch, head, query) * p.D) {}
};

// ---- rung 1: plain loops, key by key ----

template <class T>
static void attend_keys(const AttentionProblem& p, const Row<T>& row) {
  float* sums = scratch(p.D);  // of weighted values
  std::fill_n(sums, p.D, 0.0f);
  float top = kHidden, weights = 0.0f;
  for (int j = 0; j < row.keys; ++j) {
    float score = 0.0f;
    for (int d = 0; d < p.D; ++d) score += static_cast<float>(row.q[d]) * static_cast<float>(row.k[j * p.k.row + d]);
    score *= p.scale;
    if (p.mask.data) score += read_element(p.mask.element, p.mask.data, row.mask + j * p.mask.key);
    if (score == kHidden) continue;  // also keeps -inf - -inf away
    if (score > top) {
      const float fade = std::exp(top - score);
      for (int d = 0; d < p.D; ++d) sums[d] *= fade;
      weights *= fade;
      top = score;
    }
    const float weight = std::exp(score - top);
    weights += weight;
    for (int d = 0; d < p.D; ++d) sums[d] += weight * static_cast<float>(row.v[j * p.v.row + d]);
  }
  for (int d = 0; d < p.D; ++d) row.out[d] = static_cast<T>(weights == 0.0f ? 0.0f : sums[d] / weights);
}

// ---- rung 2: tiles of keys ----
// Rung 1 tests after every key whether the sums must fade. Here that happens once a tile, and the three loops (scores,
// weights, values) have no branches. Only 1.2 times in float32, 1.1 in bfloat16; but vectors fit each of them now.

template <class T>
static void attend_tiles(const AttentionProblem& p, const Row<T>& row) {
  float* sums = scratch(p.D + kTileKeys);
  float* scores = sums + p.D;
  std::fill_n(sums, p.D, 0.0f);
  float top = kHidden, weights = 0.0f;
  for (int key0 = 0; key0 < row.keys; key0 += kTileKeys) {
    const int keys = std::min(kTileKeys, row.keys - key0);
    const float before = top;
    for (int j = 0; j < keys; ++j) {
      float score = 0.0f;
      const T* k = row.k + (key0 + j) * p.k.row;
      for (int d = 0; d < p.D; ++d) score += static_cast<float>(row.q[d]) * static_cast<float>(k[d]);
      scores[j] = score * p.scale;
      if (p.mask.data) scores[j] += read_element(p.mask.element, p.mask.data, row.mask + (key0 + j) * p.mask.key);
      top = scores[j] > top ? scores[j] : top;
    }
    const float shift = top == kHidden ? 0.0f : top;  // nothing seen yet: -inf - -inf would be NaN
    const float fade = std::exp(before - shift);
    weights *= fade;
    for (int d = 0; d < p.D; ++d) sums[d] *= fade;
    for (int j = 0; j < keys; ++j) {
      const float weight = std::exp(scores[j] - shift);
      weights += weight;
      for (int d = 0; d < p.D; ++d) sums[d] += weight * static_cast<float>(row.v[(key0 + j) * p.v.row + d]);
    }
  }
  for (int d = 0; d < p.D; ++d) row.out[d] = static_cast<T>(weights == 0.0f ? 0.0f : sums[d] / weights);
}

// ---- rung 3: SIMD, one row, lanes are channels ----
// Rung 2 does one multiplication an instruction, and waits four cycles for the sum before. Eight channels a vector,
// four keys side by side (four sums that do not wait for each other), half precision widened on the way from memory,
// and e^x for eight scores at once. Prefill 5.4 times in float32 and 7.7 in bfloat16, decode 3.5 and 7.4.

// What a row, or a part of its keys, has come to: divide sums by weights for the answer.
struct Sums {
  float* values;  // [D]
  float top, weights;
};

template <class T>
static float tail_dot(const float* q, const T* k, int n) {
  return n == 0 ? 0.0f : sum(load(q) * load_first(k, n));
}

// scores[j] = q . k[j]. q is padded with zeros to a multiple of 8.
template <class T>
static void row_scores(const float* q, const T* k, std::ptrdiff_t k_row, int keys, int D, float* scores) {
  const int whole = D / 8 * 8;
  int j = 0;
  for (; j + 4 <= keys; j += 4, k += 4 * k_row) {
    f32x8 a{}, b{}, c{}, e{};
    for (int d = 0; d < whole; d += 8) {
      const f32x8 x = load(q + d);
      a += x * load(k + d);
      b += x * load(k + k_row + d);
      c += x * load(k + 2 * k_row + d);
      e += x * load(k + 3 * k_row + d);
    }
    scores[j] = sum(a) + tail_dot(q + whole, k + whole, D - whole);
    scores[j + 1] = sum(b) + tail_dot(q + whole, k + k_row + whole, D - whole);
    scores[j + 2] = sum(c) + tail_dot(q + whole, k + 2 * k_row + whole, D - whole);
    scores[j + 3] = sum(e) + tail_dot(q + whole, k + 3 * k_row + whole, D - whole);
  }
  for (; j < keys; ++j, k += k_row) {
    f32x8 a{};
    for (int d = 0; d < whole; d += 8) a += load(q + d) * load(k + d);
    scores[j] = sum(a) + tail_dot(q + whole, k + whole, D - whole);
  }
}

// sums[d] = fade * sums[d] + weights . v[:, d] for N vectors of channels, which stay in registers for all keys.
template <int N, class T>
static void row_values(const float* weights, const T* v, std::ptrdiff_t v_row, int keys, float fade, float* sums) {
  f32x8 acc[N];
#pragma GCC unroll 8
  for (int n = 0; n < N; ++n) acc[n] = load(sums + 8 * n) * fade;
  for (int j = 0; j < keys; ++j) {
    const f32x8 weight = splat(weights[j]);
#pragma GCC unroll 8
    for (int n = 0; n < N; ++n) acc[n] += weight * load(v + j * v_row + 8 * n);
  }
#pragma GCC unroll 8
  for (int n = 0; n < N; ++n) store(sums + 8 * n, acc[n]);
}

// Turn scores into weights and return their sum. The buffer holds a multiple of 8: the rest is filled with kHidden.
static float row_weights(float* scores, int keys, float& top, float& fade) {
  const int padded = (keys + 7) / 8 * 8;
  std::fill(scores + keys, scores + padded, kHidden);
  f32x8 tops = splat(top);
  for (int j = 0; j < padded; j += 8) tops = max(load(scores + j), tops);
  const float before = top;
  top = largest(tops);
  const float shift = top == kHidden ? 0.0f : top;
  fade = exp_nonpositive(splat(before - shift))[0];
  f32x8 total{};
  for (int j = 0; j < padded; j += 8) {
    const f32x8 weight = exp_nonpositive(load(scores + j) - shift);
    total += weight;
    store(scores + j, weight);
  }
  return sum(total);
}

// The keys key0 .. key1 - 1 of one row. Memory: 2 D and a tile.
template <class T>
static Sums attend_channels(const AttentionProblem& p, const Row<T>& row, int key0, int key1) {
  const int D = p.D, whole = D / 8 * 8, padded = (D + 7) / 8 * 8;
  float* values = scratch(2 * padded + kTileKeys);
  float* q = values + padded;
  float* scores = q + padded;
  std::fill_n(values, 2 * padded, 0.0f);
  for (int d = 0; d < D; ++d) q[d] = static_cast<float>(row.q[d]) * p.scale;
  Sums sums{values, kHidden, 0.0f};
  for (int end = std::min(key1, row.keys); key0 < end; key0 += kTileKeys) {
    const int keys = std::min(kTileKeys, end - key0);
    const T* v = row.v + key0 * p.v.row;
    row_scores(q, row.k + key0 * p.k.row, p.k.row, keys, D, scores);
    if (p.mask.data) {
      for (int j = 0; j < keys; ++j) {
        scores[j] += read_element(p.mask.element, p.mask.data, row.mask + (key0 + j) * p.mask.key);
      }
    }
    float fade;
    const float weights = row_weights(scores, keys, sums.top, fade);
    sums.weights = sums.weights * fade + weights;
    int d = 0;
    for (; d + 64 <= D; d += 64) row_values<8>(scores, v + d, p.v.row, keys, fade, values + d);
    for (; d < whole; d += 8) row_values<1>(scores, v + d, p.v.row, keys, fade, values + d);
    if (d < D) {
      f32x8 acc = load(values + d) * fade;
      for (int j = 0; j < keys; ++j) acc += scores[j] * load_first(v + j * p.v.row + d, D - d);
      store(values + d, acc);
    }
  }
  return sums;
}

template <class T>
static void write_row(const Sums& sums, int D, T* out) {
  const float inverse = sums.weights == 0.0f ? 0.0f : 1.0f / sums.weights;
  int d = 0;
  for (; d + 8 <= D; d += 8) store(out + d, load(sums.values + d) * inverse);
  for (; d < D; ++d) out[d] = static_cast<T>(sums.values[d] * inverse);
}

// ---- rung 4: blocks of queries, lanes are query rows ----
// Rung 3 reads every key again for every row: a load for each multiplication. Here a strip of 24 rows stays together.
// Both products have one form, sum over k of (one number) x (24 rows): scores take the number from K and the rows
// from q, turned around once; values take it from V and the rows from the weights. So keys and values are read
// as they lie, any D fits, the softmax runs down the lanes and never across, and 4 x 3 sums in registers need 7 loads
// for 12 fused multiply-adds. Prefill 2.1 times in float32, 2.3 in bfloat16 (a number is widened once for many rows).
// Decode loses: one row leaves seven lanes of eight idle.

// out[i][r] = (out[i][r] +) sum over k of a[i, k] b[k][r], for I numbers i and V vectors of rows.
template <int I, int V, bool kAdd>
static inline void tile_product(const float* a, std::ptrdiff_t a_i, std::ptrdiff_t a_k, int count_k, const float* b,
                                float* out) {
  f32x8 acc[I][V];
#pragma GCC unroll 8
  for (int i = 0; i < I; ++i) {
#pragma GCC unroll 3
    for (int v = 0; v < V; ++v) acc[i][v] = kAdd ? load(out + (i * V + v) * 8) : f32x8{};
  }
  for (int k = 0; k < count_k; ++k, a += a_k, b += 8 * V) {
    f32x8 rows[V];
#pragma GCC unroll 3
    for (int v = 0; v < V; ++v) rows[v] = load(b + 8 * v);
#pragma GCC unroll 8
    for (int i = 0; i < I; ++i) {
      const f32x8 number = splat(a[i * a_i]);
#pragma GCC unroll 3
      for (int v = 0; v < V; ++v) acc[i][v] += number * rows[v];
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < I; ++i) {
#pragma GCC unroll 3
    for (int v = 0; v < V; ++v) store(out + (i * V + v) * 8, acc[i][v]);
  }
}

// Rows that are needed after this product: asked for while it computes, or memory would be idle meanwhile, and the
// processor while they come. Decode 2.3 times in float32, 1.3 in bfloat16. Into the second cache: the first has no room
// for more than the tile at work.
struct Ahead {
  const char* row;
  std::ptrdiff_t row_bytes;
  int rows, lines;  // lines of 64 bytes in a row

  void ask(int n) {
    for (; n > 0 && rows > 0; --n, --rows, row += row_bytes) {
      for (int i = 0; i < lines; ++i) __builtin_prefetch(row + 64 * i, 0, 2);
    }
  }
};

// tile_product for any number of i: tiles of I, the rest in tiles of I / 2, and so on. By V: 8x1, 4x2, 4x3.
template <int V, bool kAdd, int I = (V == 1 ? 8 : 4)>
static inline void product(const float* a, std::ptrdiff_t a_i, std::ptrdiff_t a_k, int count_i, int count_k,
                           const float* b, float* out, Ahead& ahead) {
  const int share = (ahead.rows * I + count_i - 1) / count_i;
  int i = 0;
  for (; i + I <= count_i; i += I) {
    ahead.ask(share);
    tile_product<I, V, kAdd>(a + i * a_i, a_i, a_k, count_k, b, out + i * 8 * V);
  }
  if constexpr (I > 1) {
    if (i < count_i) product<V, kAdd, I / 2>(a + i * a_i, a_i, a_k, count_i - i, count_k, b, out + i * 8 * V, ahead);
  }
}

struct Strip {
  int rows, vectors;  // rows <= 8 * vectors; lanes beyond the last row compute on zeros and are not written
  int fewest, most;   // keys that a row of the strip sees
  float* q;           // [D][lanes], scaled
  float* values;      // [D][lanes]
  alignas(32) float top[kStripRows], weights[kStripRows];
  alignas(32) std::int32_t keys[kStripRows];
  std::ptrdiff_t mask[kStripRows], out[kStripRows];
};

template <int V, class M>
static void add_mask(const M* mask, const Strip& strip, std::ptrdiff_t step, int key0, int keys, float* scores) {
  for (int v = 0; v < V; ++v) {
    const std::ptrdiff_t* rows = strip.mask + 8 * v;
    int j = 0;
    for (; step == 1 && j + 8 <= keys; j += 8) {
      f32x8 t[8];
#pragma GCC unroll 8
      for (int i = 0; i < 8; ++i) t[i] = load(mask + rows[i] + key0 + j);
      transpose(t);
#pragma GCC unroll 8
      for (int i = 0; i < 8; ++i) {
        float* lane = scores + ((j + i) * V + v) * 8;
        store(lane, load(lane) + t[i]);
      }
    }
    for (; j < keys; ++j) {
      for (int i = 0; i < 8; ++i) scores[(j * V + v) * 8 + i] += static_cast<float>(mask[rows[i] + (key0 + j) * step]);
    }
  }
}

template <int V>
static void add_mask(const Mask& mask, const Strip& strip, int key0, int keys, float* scores) {
  switch (mask.element) {
    case Element::float32:
      return add_mask<V>(static_cast<const float*>(mask.data), strip, mask.key, key0, keys, scores);
    case Element::float16:
      return add_mask<V>(static_cast<const mx::float16_t*>(mask.data), strip, mask.key, key0, keys, scores);
    default:
      return add_mask<V>(static_cast<const mx::bfloat16_t*>(mask.data), strip, mask.key, key0, keys, scores);
  }
}

// Hide from each row the keys of the tile that lie after its last one.
template <int V>
static void hide_future(const Strip& strip, int key0, int keys, float* scores) {
  for (int j = std::max(0, strip.fewest - key0); j < keys; ++j) {
    for (int v = 0; v < V; ++v) {
      i32x8 visible;
      std::memcpy(&visible, strip.keys + 8 * v, sizeof visible);
      float* lane = scores + (j * V + v) * 8;
      store(lane, visible > key0 + j ? load(lane) : splat(kHidden));
    }
  }
}

// Turn a tile's scores into weights; let the strip's sums fade to the new largest scores.
template <int V>
static void strip_weights(Strip& strip, int keys, int D, float* scores) {
  f32x8 top[V], shift[V], total[V], fade[V];
#pragma GCC unroll 3
  for (int v = 0; v < V; ++v) top[v] = load(strip.top + 8 * v);
  for (int j = 0; j < keys; ++j) {
#pragma GCC unroll 3
    for (int v = 0; v < V; ++v) top[v] = max(load(scores + (j * V + v) * 8), top[v]);
  }
#pragma GCC unroll 3
  for (int v = 0; v < V; ++v) {
    shift[v] = top[v] == kHidden ? splat(0.0f) : top[v];  // nothing seen yet: -inf - -inf would be NaN
    fade[v] = exp_nonpositive(load(strip.top + 8 * v) - shift[v]);
    total[v] = load(strip.weights + 8 * v) * fade[v];
    store(strip.top + 8 * v, top[v]);
  }
  for (int j = 0; j < keys; ++j) {
#pragma GCC unroll 3
    for (int v = 0; v < V; ++v) {
      const f32x8 weight = exp_nonpositive(load(scores + (j * V + v) * 8) - shift[v]);
      total[v] += weight;
      store(scores + (j * V + v) * 8, weight);
    }
  }
#pragma GCC unroll 3
  for (int v = 0; v < V; ++v) store(strip.weights + 8 * v, total[v]);
  for (int d = 0; d < D; ++d) {
#pragma GCC unroll 3
    for (int v = 0; v < V; ++v) {
      float* lane = strip.values + (d * V + v) * 8;
      store(lane, load(lane) * fade[v]);
    }
  }
}

// A tile of keys and values as float32, and the rows of the next one.
struct Tile {
  const float *k, *v;
  std::ptrdiff_t k_row, v_row;
  Ahead next_k, next_v;
};

// The first `keys` keys of a tile, of which the first is key0, for one strip.
template <int V>
static void strip_tile(const AttentionProblem& p, Strip& strip, Tile& tile, int key0, int keys, float* scores) {
  product<V, false>(tile.k, tile.k_row, 1, keys, p.D, strip.q, scores, tile.next_k);
  if (p.mask.data) add_mask<V>(p.mask, strip, key0, keys, scores);
  if (strip.fewest < key0 + keys) hide_future<V>(strip, key0, keys, scores);
  strip_weights<V>(strip, keys, p.D, scores);
  product<V, true>(tile.v, 1, tile.v_row, p.D, keys, scores, strip.values, tile.next_v);
}

// Rows that share their keys: query heads first_head .. first_head + heads - 1, of which the row r of the block
// is head (first + r) % heads of query (first + r) / heads. So a strip holds neighbours in time, whose causal ends
// nearly agree.
struct Block {
  int batch, first_head, heads;
  int first, rows;
};

// Fill a strip's lanes: where each row lies, and its query, scaled and turned around.
template <class T>
static void load_strip(const AttentionProblem& p, const Block& block, int r0, Strip& strip) {
  const int lanes = 8 * strip.vectors;
  const T* rows[kStripRows];
  strip.fewest = p.S;
  strip.most = 0;
  for (int r = 0; r < lanes; ++r) {
    const int flat = block.first + r0 + std::min(r, strip.rows - 1);  // lanes to spare repeat the last row
    const int query = flat / block.heads, head = block.first_head + flat % block.heads;
    rows[r] = head_rows<T>(p, p.q, block.batch, head) + query * p.q.row;
    strip.mask[r] = mask_row(p, block.batch, head, query);
    strip.out[r] = out_row(p, block.batch, head, query);
    strip.keys[r] = p.visible_keys(query);
    strip.fewest = std::min(strip.fewest, strip.keys[r]);
    strip.most = std::max(strip.most, strip.keys[r]);
    strip.top[r] = kHidden;
    strip.weights[r] = 0.0f;
  }
  std::fill_n(strip.values, lanes * p.D, 0.0f);
  for (int r = 0; r < lanes; r += 8) {
    int d = 0;
    for (; d + 8 <= p.D; d += 8) {
      f32x8 t[8];
#pragma GCC unroll 8
      for (int i = 0; i < 8; ++i) t[i] = load(rows[r + i] + d) * p.scale;
      transpose(t);
#pragma GCC unroll 8
      for (int i = 0; i < 8; ++i) store(strip.q + (d + i) * lanes + r, t[i]);
    }
    for (; d < p.D; ++d) {
      for (int i = 0; i < 8; ++i) strip.q[d * lanes + r + i] = static_cast<float>(rows[r + i][d]) * p.scale;
    }
  }
}

// Write a strip's rows, out[row] from D values on, times factor[row].
template <class T>
static void store_strip(const Strip& strip, int D, std::ptrdiff_t out_step, const float* factor, T* out) {
  const int lanes = 8 * strip.vectors;
  for (int r = 0; r < strip.rows; r += 8) {
    const int rows = std::min(8, strip.rows - r);
    int d = 0;
    for (; d + 8 <= D; d += 8) {
      f32x8 t[8];
#pragma GCC unroll 8
      for (int i = 0; i < 8; ++i) t[i] = load(strip.values + (d + i) * lanes + r) * load(factor + r);
      transpose(t);
      for (int i = 0; i < rows; ++i) store(out + strip.out[r + i] * out_step + d, t[i]);
    }
    for (; d < D; ++d) {
      for (int i = 0; i < rows; ++i) {
        out[strip.out[r + i] * out_step + d] = static_cast<T>(strip.values[d * lanes + r + i] * factor[r + i]);
      }
    }
  }
}

// A tile of keys or values as dense float32. float32 is used where it lies, unless its rows are so far apart that
// several strips would each pay for it.
template <class T>
static const float* dense_tile(const T* x, std::ptrdiff_t x_row, int keys, int D, bool reused, float* memory,
                               std::ptrdiff_t& row) {
  if constexpr (std::is_same_v<T, float>) {
    row = x_row;
    if (x_row == D || !reused) return x;
  }
  row = D;
  for (int j = 0; j < keys; ++j) {
    int d = 0;
    for (; d + 8 <= D; d += 8) store(memory + j * D + d, load(x + j * x_row + d));
    for (; d < D; ++d) memory[j * D + d] = static_cast<float>(x[j * x_row + d]);
  }
  return memory;
}

template <class T>
static Ahead rows_ahead(const T* x, std::ptrdiff_t x_row, int rows, int D) {
  const std::ptrdiff_t size = sizeof(T);
  return {reinterpret_cast<const char*>(x), x_row * size, rows, static_cast<int>((D * size + 63) / 64)};
}

// The keys key0 .. key1 - 1 for all rows of a block. Memory: a block of q and of sums, a tile each of k, v and scores.
// The answer goes to p.out, or, if `partial` is given, as Sums to partial[row][split]: top, weights, D values.
template <class T>
static void attend_block(const AttentionProblem& p, const Block& block, int key0, int key1, int split, int splits,
                         float* partial) {
  const std::ptrdiff_t D = p.D;
  float* memory = scratch(2 * (kBlockRows + kTileKeys) * D + kTileKeys * kStripRows);
  float* scores = memory + 2 * kBlockRows * D;
  float* k_memory = scores + kTileKeys * kStripRows;
  float* v_memory = k_memory + kTileKeys * D;
  Strip strips[kBlockRows / kStripRows];
  int count = 0, end = 0;
  for (int r = 0; r < block.rows; r += kStripRows, ++count) {
    Strip& strip = strips[count];
    strip.rows = std::min(kStripRows, block.rows - r);
    strip.vectors = (strip.rows + 7) / 8;
    strip.q = memory + 2 * r * D;
    strip.values = strip.q + 8 * strip.vectors * D;
    load_strip<T>(p, block, r, strip);
    end = std::max(end, strip.most);
  }
  const T* k = head_rows<T>(p, p.k, block.batch, block.first_head / p.group());
  const T* v = head_rows<T>(p, p.v, block.batch, block.first_head / p.group());
  const int most_keys = count == 1 ? kTileKeys / 2 : kTileKeys;  // decode: a tile is used once, from the first cache
  end = std::min(end, key1);
  for (int keys = 0; key0 < end; key0 += keys) {
    keys = std::min(most_keys, end - key0);
    const int ahead = std::min(most_keys, end - key0 - keys);
    const T *k_rows = k + key0 * p.k.row, *v_rows = v + key0 * p.v.row;
    Tile tile;
    tile.k = dense_tile(k_rows, p.k.row, keys, p.D, count > 1, k_memory, tile.k_row);
    tile.v = dense_tile(v_rows, p.v.row, keys, p.D, count > 1, v_memory, tile.v_row);
    tile.next_k = rows_ahead(k_rows + keys * p.k.row, p.k.row, ahead, p.D);
    tile.next_v = rows_ahead(v_rows + keys * p.v.row, p.v.row, ahead, p.D);
    for (int s = 0; s < count; ++s) {
      const int seen = std::min(keys, strips[s].most - key0);
      if (seen <= 0) continue;
      switch (strips[s].vectors) {
        case 1:
          strip_tile<1>(p, strips[s], tile, key0, seen, scores);
          break;
        case 2:
          strip_tile<2>(p, strips[s], tile, key0, seen, scores);
          break;
        default:
          strip_tile<3>(p, strips[s], tile, key0, seen, scores);
      }
    }
  }
  for (int s = 0; s < count; ++s) {
    Strip& strip = strips[s];
    float factor[kStripRows];
    for (int r = 0; r < 8 * strip.vectors; ++r) {
      factor[r] = partial ? 1.0f : strip.weights[r] == 0.0f ? 0.0f : 1.0f / strip.weights[r];
    }
    if (!partial) {
      store_strip(strip, p.D, D, factor, static_cast<T*>(p.out));
      continue;
    }
    for (int r = 0; r < strip.rows; ++r) {
      float* sums = partial + (strip.out[r] * splits + split) * (D + 2);
      sums[0] = strip.top[r];
      sums[1] = strip.weights[r];
    }
    store_strip(strip, p.D, splits * (D + 2), factor, partial + split * (D + 2) + 2);
  }
}

// ---- rungs 5 to 7: which rows go together, on which thread, by which kernel ----
//
// Rung 5, sharing: in rung 4 every query head of a group reads the same keys again, and decode has one row a head. Here
// the heads of a group are rows of one block: one pass over the keys. Decode 4.8 times in float32, 5.6 in bfloat16 (1.6
// and 1.2 against rung 3), prefill 1.1.
//
// Rung 6, threads: blocks are independent, so they are the tasks; the last rows come first, since with causal masks
// they are the longest. Decode with few heads is cut along the keys too, and the parts are merged like tiles.
// The cuts depend on the shape alone, so every number of threads gives the same bits.
//
// Rung 7, dispatch: with few rows in a group too many lanes of rows idle: rung 3's kernel, on all threads. It pays up
// to three rows in float32, and up to five where rows have to be widened first. Decode without groups 4.9 times.

constexpr int kSplitKeys = 512;  // fewer keys than this are not worth a task of their own
constexpr int kEnoughTasks = 8;

struct Plan {
  const AttentionProblem* p;
  bool channels;   // lanes are channels (rung 3), else rows
  int heads;       // query heads in a block
  int blocks;      // along the rows of these heads
  int splits;      // along the keys
  float* partial;  // [rows][splits][2 + D], if splits > 1

  std::ptrdiff_t tasks() const {
    return static_cast<std::ptrdiff_t>(p->B0) * p->B1 * (p->H_q / heads) * blocks * splits;
  }
};

template <class T>
static void run_task(const void* context, std::ptrdiff_t index, int) {
  const Plan& plan = *static_cast<const Plan*>(context);
  const AttentionProblem& p = *plan.p;
  const int split = static_cast<int>(index % plan.splits);
  index /= plan.splits;
  const int head_blocks = p.H_q / plan.heads;
  const int head = static_cast<int>(index % head_blocks) * plan.heads;
  index /= head_blocks;
  const int batch = static_cast<int>(index % (p.B0 * p.B1));
  const int number = plan.blocks - 1 - static_cast<int>(index / (p.B0 * p.B1));
  const int part = ((p.S + plan.splits - 1) / plan.splits + kTileKeys - 1) / kTileKeys * kTileKeys;
  const int key0 = std::min(p.S, split * part), key1 = std::min(p.S, key0 + part);
  if (!plan.channels) {
    const int first = number * kBlockRows;
    const Block block{batch, head, plan.heads, first, std::min(kBlockRows, plan.heads * p.L - first)};
    return attend_block<T>(p, block, key0, key1, split, plan.splits, plan.partial);
  }
  const Row<T> row(p, batch, head, number);
  const Sums sums = attend_channels(p, row, key0, key1);
  if (!plan.partial) return write_row(sums, p.D, row.out);
  float* to = plan.partial + (out_row(p, batch, head, number) * plan.splits + split) * (p.D + 2);
  to[0] = sums.top;
  to[1] = sums.weights;
  std::copy_n(sums.values, p.D, to + 2);
}

// Merge the parts of one row: each fades to the largest score of all.
template <class T>
static void merge_row(const void* context, std::ptrdiff_t index, int) {
  const Plan& plan = *static_cast<const Plan*>(context);
  const int D = plan.p->D;
  const float* parts = plan.partial + index * plan.splits * (D + 2);
  Sums sums{scratch(D), kHidden, 0.0f};
  std::fill_n(sums.values, D, 0.0f);
  for (int i = 0; i < plan.splits; ++i) sums.top = std::max(sums.top, parts[i * (D + 2)]);
  const float shift = sums.top == kHidden ? 0.0f : sums.top;
  for (int i = 0; i < plan.splits; ++i) {
    const float* part = parts + i * (D + 2);
    const float fade = std::exp(part[0] - shift);
    sums.weights += part[1] * fade;
    for (int d = 0; d < D; ++d) sums.values[d] += part[2 + d] * fade;
  }
  write_row(sums, D, static_cast<T*>(plan.p->out) + index * D);
}

static void run_all(std::ptrdiff_t count, Task task, const Plan& plan, bool threads) {
  if (threads) return parallel_for_raw(count, task, &plan);
  for (std::ptrdiff_t i = 0; i < count; ++i) task(&plan, i, 0);
}

template <class T>
static void run_blocks(const AttentionProblem& p, bool channels, int heads, bool threads) {
  Plan plan{&p, channels, heads, channels ? p.L : (heads * p.L + kBlockRows - 1) / kBlockRows, 1, nullptr};
  std::vector<float> partial;
  const std::ptrdiff_t rows = static_cast<std::ptrdiff_t>(p.B0) * p.B1 * p.H_q * p.L;
  if (threads && plan.tasks() < kEnoughTasks && p.S >= 2 * kSplitKeys) {
    plan.splits = static_cast<int>(std::min<std::ptrdiff_t>(p.S / kSplitKeys, kEnoughTasks / plan.tasks()));
    if (plan.splits > 1) partial.resize(rows * plan.splits * (p.D + 2));
    plan.partial = plan.splits > 1 ? partial.data() : nullptr;
  }
  run_all(plan.tasks(), &run_task<T>, plan, threads);
  if (plan.partial) run_all(rows, &merge_row<T>, plan, threads);
}

template <class T>
static void run_rows(int rung, const AttentionProblem& p) {
  for (int batch = 0; batch < p.B0 * p.B1; ++batch) {
    for (int head = 0; head < p.H_q; ++head) {
      for (int query = 0; query < p.L; ++query) {
        const Row<T> row(p, batch, head, query);
        if (rung == 1) {
          attend_keys(p, row);
        } else if (rung == 2) {
          attend_tiles(p, row);
        } else {
          write_row(attend_channels(p, row, 0, p.S), p.D, row.out);
        }
      }
    }
  }
}

template <class T>
static void run_rung(int rung, const AttentionProblem& p) {
  if (rung <= 3) return run_rows<T>(rung, p);
  const bool few = rung >= 7 && p.group() * p.L <= (std::is_same_v<T, float> ? 3 : 5);
  run_blocks<T>(p, few, rung == 4 || few ? 1 : p.group(), rung >= 6);
}

static void attention_rung(int rung, const AttentionProblem& p) {
  if (p.B0 * p.B1 == 0 || p.L == 0 || p.D == 0) return;
  switch (p.element) {
    case Element::float32:
      return run_rung<float>(rung, p);
    case Element::float16:
      return run_rung<mx::float16_t>(rung, p);
    case Element::bfloat16:
      return run_rung<mx::bfloat16_t>(rung, p);
  }
}

}  // namespace kernels::KERNELS_NS
