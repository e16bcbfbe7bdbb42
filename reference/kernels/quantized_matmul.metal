// From one thread per output to tiles of simdgroup matrices: read from top to bottom. One idea a kernel; each begins
// with what limits the one before. quantized_matmul_metal.h chooses among them by shape.
//
//   1 naive    one thread per output
//   2 matvec   decode, weights [N, K]: a simdgroup per output
//   3 vecmat   decode, weights [K, N]: a lane per eight outputs, simdgroups share K
//   4 tiled    prefill: weights are unpacked once for 16 rows of a
//   5 matrix   prefill: 32 rows and columns, multiplied by simdgroup matrices
//
// a [M, K] and out [M, N] hold T. b holds w [N, K] (kTransposed) or [K, N], eight weights of 4 bits to a word, lowest
// bits first; each group_size of them share a scale and a bias, w = scale * q + bias. Everything is row-contiguous.
// Sums are float32 whatever T is.
#include <metal_simdgroup>
#include <metal_simdgroup_matrix>
#include <metal_stdlib>

using namespace metal;

// As quantized_matmul_metal.h has it.
struct Sizes {
  uint M, N, K, group_size;
};

constant constexpr uint kLanes = 32;  // of a simdgroup

inline float weight_of(uint word, uint j) { return static_cast<float>(word >> (4 * j) & 15); }

// ---------------------------------------------------------------------------------------------------------------------
// 1. The definition. Each thread reads all its weights, and M threads read the same ones; threads beside each other
// read words K / 8 apart, so that each of them costs a transaction of its own.
template <typename T, typename S, bool kTransposed>
[[kernel]] void quantized_matmul_naive(const device T* a [[buffer(0)]], const device uint* b [[buffer(1)]],
                                       const device S* scales [[buffer(2)]], const device S* biases [[buffer(3)]],
                                       device T* out [[buffer(4)]], constant Sizes& sizes [[buffer(5)]],
                                       uint2 position [[thread_position_in_grid]]) {
  const uint n = position.x, m = position.y;
  if (n >= sizes.N || m >= sizes.M) return;
  float total = 0;
  for (uint k = 0; k < sizes.K; ++k) {
    // Rows of w are whole groups and whole words, so the index in memory order tells both.
    const uint i = kTransposed ? n * sizes.K + k : k * sizes.N + n;
    const uint group = i / sizes.group_size;
    const float w = static_cast<float>(scales[group]) * weight_of(b[i / 8], i % 8) + static_cast<float>(biases[group]);
    total += static_cast<float>(a[m * sizes.K + k]) * w;
  }
  out[m * sizes.N + n] = static_cast<T>(total);
}

// ---------------------------------------------------------------------------------------------------------------------
// 2. With one row of a nothing can be shared but the row itself: reading the weights is the whole cost. Lanes of a
// simdgroup read neighbouring words, so one transaction serves all of them. Scale and bias leave the inner loop:
//     sum_k a_k (s q_k + b)  =  s sum_k a_k q_k  +  b sum_k a_k
constant constexpr uint kMatvecOutputs = 4;  // simdgroups of a threadgroup

template <typename T, typename S>
[[kernel]] void quantized_matmul_matvec(const device T* a [[buffer(0)]], const device uint* b [[buffer(1)]],
                                        const device S* scales [[buffer(2)]], const device S* biases [[buffer(3)]],
                                        device T* out [[buffer(4)]], constant Sizes& sizes [[buffer(5)]],
                                        uint2 tile [[threadgroup_position_in_grid]],
                                        uint simdgroup [[simdgroup_index_in_threadgroup]],
                                        uint lane [[thread_index_in_simdgroup]]) {
  const uint n = tile.x * kMatvecOutputs + simdgroup, m = tile.y;
  if (n >= sizes.N) return;  // a whole simdgroup, and there is no barrier that would wait for it
  const uint first = n * sizes.K;
  float total = 0;
  for (uint k = 8 * lane; k < sizes.K; k += 8 * kLanes) {
    const uint word = b[(first + k) / 8];
    float dot = 0, sum = 0;
    for (uint j = 0; j < 8; ++j) {
      const float x = static_cast<float>(a[m * sizes.K + k + j]);
      dot += x * weight_of(word, j);
      sum += x;
    }
    const uint group = (first + k) / sizes.group_size;
    total += static_cast<float>(scales[group]) * dot + static_cast<float>(biases[group]) * sum;
  }
  total = simd_sum(total);
  if (lane == 0) out[m * sizes.N + n] = static_cast<T>(total);
}

// ---------------------------------------------------------------------------------------------------------------------
// 3. Not transposed, the eight weights of a word belong to eight outputs, which a lane keeps in registers. A simdgroup
// has 256 outputs then, too few of them to keep a GPU busy: eight simdgroups share K and add up what they have.
constant constexpr uint kVecmatParts = 8;

template <typename T, typename S>
[[kernel]] void quantized_matmul_vecmat(const device T* a [[buffer(0)]], const device uint* b [[buffer(1)]],
                                        const device S* scales [[buffer(2)]], const device S* biases [[buffer(3)]],
                                        device T* out [[buffer(4)]], constant Sizes& sizes [[buffer(5)]],
                                        uint2 tile [[threadgroup_position_in_grid]],
                                        uint part [[simdgroup_index_in_threadgroup]],
                                        uint lane [[thread_index_in_simdgroup]]) {
  // Output j of a lane, not lane j of an output, lies side by side: 32 lanes write to 32 banks. And with four numbers
  // between rows, the 32 neighbouring outputs that are read below are in 32 banks too.
  threadgroup float partial[kVecmatParts][8][kLanes + 4];
  const uint first = tile.x * 8 * kLanes, m = tile.y;
  const uint n = first + 8 * lane;
  float totals[8] = {0, 0, 0, 0, 0, 0, 0, 0};
  if (n < sizes.N) {
    for (uint k = part; k < sizes.K; k += kVecmatParts) {
      const uint i = k * sizes.N + n;
      const uint word = b[i / 8], group = i / sizes.group_size;
      const float x = static_cast<float>(a[m * sizes.K + k]);
      const float scale = static_cast<float>(scales[group]), bias = static_cast<float>(biases[group]);
      for (uint j = 0; j < 8; ++j) totals[j] += x * (scale * weight_of(word, j) + bias);
    }
  }
  for (uint j = 0; j < 8; ++j) partial[part][j][lane] = totals[j];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  // As many threads as outputs: each adds up one.
  const uint column = part * kLanes + lane;
  if (first + column >= sizes.N) return;
  float total = 0;
  for (uint p = 0; p < kVecmatParts; ++p) total += partial[p][column % 8][column / 8];
  out[m * sizes.N + first + column] = static_cast<T>(total);
}

// ---------------------------------------------------------------------------------------------------------------------
// 4. With many rows of a, kernel 1 unpacks each weight M times. A threadgroup takes kRows rows and kColumns columns and
// goes along K in steps: its threads fetch a tile of a and unpack a tile of w, and all of them use both.
//
// Both tiles hold floats, k last: a_tile[m][k], w_tile[n][k]. kStride is longer than a row by what keeps the lanes that
// read a column apart in different banks.
constant constexpr uint kStep = 32;  // along K: every group_size is a multiple, so that a word is never in two steps

template <typename T, uint kRows, uint kStride, uint kThreads>
void load_a(const device T* a, constant Sizes& sizes, uint m0, uint k0, uint thread_index, threadgroup float* a_tile) {
  for (uint i = thread_index; i < kRows * kStep; i += kThreads) {
    const uint m = i / kStep, k = i % kStep;
    const bool inside = m0 + m < sizes.M && k0 + k < sizes.K;
    // Zero where there is no matrix: it adds nothing, and no product needs another bound.
    a_tile[m * kStride + k] = inside ? static_cast<float>(a[(m0 + m) * sizes.K + k0 + k]) : 0.0f;
  }
}

template <typename S, bool kTransposed, uint kColumns, uint kStride, uint kThreads>
void load_w(const device uint* b, const device S* scales, const device S* biases, constant Sizes& sizes, uint n0,
            uint k0, uint thread_index, threadgroup float* w_tile) {
  // A word is eight steps along K if w is [N, K], along N if it is [K, N].
  constexpr uint kWords = (kTransposed ? kStep : kColumns) / 8;
  constexpr uint kNext = kTransposed ? 1 : kStride;
  for (uint i = thread_index; i < kColumns * kStep / 8; i += kThreads) {
    const uint n = kTransposed ? i / kWords : i % kWords * 8;
    const uint k = kTransposed ? i % kWords * 8 : i / kWords;
    threadgroup float* to = w_tile + n * kStride + k;
    if (n0 + n < sizes.N && k0 + k < sizes.K) {
      const uint at = kTransposed ? (n0 + n) * sizes.K + k0 + k : (k0 + k) * sizes.N + n0 + n;
      const float scale = static_cast<float>(scales[at / sizes.group_size]);
      const float bias = static_cast<float>(biases[at / sizes.group_size]);
      const uint word = b[at / 8];
      for (uint j = 0; j < 8; ++j) to[j * kNext] = scale * weight_of(word, j) + bias;
    } else {
      for (uint j = 0; j < 8; ++j) to[j * kNext] = 0;
    }
  }
}

constant constexpr uint kTiled = 16;  // rows and columns of a threadgroup: a thread per output

template <typename T, typename S, bool kTransposed>
[[kernel]] void quantized_matmul_tiled(const device T* a [[buffer(0)]], const device uint* b [[buffer(1)]],
                                       const device S* scales [[buffer(2)]], const device S* biases [[buffer(3)]],
                                       device T* out [[buffer(4)]], constant Sizes& sizes [[buffer(5)]],
                                       uint2 tile [[threadgroup_position_in_grid]],
                                       uint thread_index [[thread_index_in_threadgroup]]) {
  constexpr uint kStride = kStep + 1, kThreads = kTiled * kTiled;
  threadgroup float a_tile[kTiled * kStride];
  threadgroup float w_tile[kTiled * kStride];
  const uint n0 = tile.x * kTiled, m0 = tile.y * kTiled;
  const uint n = thread_index % kTiled, m = thread_index / kTiled;
  float total = 0;
  for (uint k0 = 0; k0 < sizes.K; k0 += kStep) {
    load_a<T, kTiled, kStride, kThreads>(a, sizes, m0, k0, thread_index, a_tile);
    load_w<S, kTransposed, kTiled, kStride, kThreads>(b, scales, biases, sizes, n0, k0, thread_index, w_tile);
    threadgroup_barrier(mem_flags::mem_threadgroup);
    for (uint k = 0; k < kStep; ++k) total += a_tile[m * kStride + k] * w_tile[n * kStride + k];
    threadgroup_barrier(mem_flags::mem_threadgroup);  // nobody loads the next tile over one that is still read
  }
  if (n0 + n < sizes.N && m0 + m < sizes.M) out[(m0 + m) * sizes.N + n0 + n] = static_cast<T>(total);
}

// ---------------------------------------------------------------------------------------------------------------------
// 5. Kernel 4 reads two numbers of threadgroup memory for each multiplication. A simdgroup matrix holds 8 x 8 numbers
// in the registers of 32 lanes: four of them, 16 x 16 outputs of a simdgroup, use each number loaded 16 times. Twice
// the rows and columns halve what is read from device memory too.
constant constexpr uint kMatrix = 32;     // rows and columns of a threadgroup
constant constexpr uint kSimdgroups = 4;  // each a quarter of them

template <typename T, typename S, bool kTransposed>
[[kernel]] void quantized_matmul_matrix(const device T* a [[buffer(0)]], const device uint* b [[buffer(1)]],
                                        const device S* scales [[buffer(2)]], const device S* biases [[buffer(3)]],
                                        device T* out [[buffer(4)]], constant Sizes& sizes [[buffer(5)]],
                                        uint2 tile [[threadgroup_position_in_grid]],
                                        uint thread_index [[thread_index_in_threadgroup]],
                                        uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  constexpr uint kStride = kStep + 4, kThreads = kSimdgroups * kLanes;  // 8 rows of 8 numbers: each bank twice
  threadgroup float a_tile[kMatrix * kStride];
  threadgroup float w_tile[kMatrix * kStride];
  const uint n0 = tile.x * kMatrix, m0 = tile.y * kMatrix;
  const uint n = simdgroup % 2 * 16, m = simdgroup / 2 * 16;
  simdgroup_float8x8 totals[2][2];
  for (uint i = 0; i < 2; ++i) {
    for (uint j = 0; j < 2; ++j) totals[i][j] = make_filled_simdgroup_matrix<float, 8, 8>(0.0f);
  }
  for (uint k0 = 0; k0 < sizes.K; k0 += kStep) {
    load_a<T, kMatrix, kStride, kThreads>(a, sizes, m0, k0, thread_index, a_tile);
    load_w<S, kTransposed, kMatrix, kStride, kThreads>(b, scales, biases, sizes, n0, k0, thread_index, w_tile);
    threadgroup_barrier(mem_flags::mem_threadgroup);
    for (uint k = 0; k < kStep; k += 8) {
      simdgroup_float8x8 rows[2], columns[2];
      for (uint i = 0; i < 2; ++i) {
        simdgroup_load(rows[i], a_tile + (m + 8 * i) * kStride + k, kStride);
        simdgroup_load(columns[i], w_tile + (n + 8 * i) * kStride + k, kStride, ulong2(0, 0), true);
      }
      for (uint i = 0; i < 2; ++i) {
        for (uint j = 0; j < 2; ++j) simdgroup_multiply_accumulate(totals[i][j], rows[i], columns[j], totals[i][j]);
      }
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
  }
  // Which lane holds which number of a simdgroup matrix is not said: the way out leads through threadgroup memory.
  for (uint i = 0; i < 2; ++i) {
    for (uint j = 0; j < 2; ++j) simdgroup_store(totals[i][j], a_tile + (m + 8 * i) * kStride + n + 8 * j, kStride);
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
  for (uint i = thread_index; i < kMatrix * kMatrix; i += kThreads) {
    const uint row = m0 + i / kMatrix, column = n0 + i % kMatrix;
    if (row < sizes.M && column < sizes.N) {
      out[row * sizes.N + column] = static_cast<T>(a_tile[i / kMatrix * kStride + i % kMatrix]);
    }
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Scales are of the activations' type or float32; the host converts others. Names: kernel, layout of w, T, S.
#define INSTANCE(kernel_name, layout, name, ...)                                     \
  template[[host_name("quantized_matmul_" #kernel_name layout "_" name)]] [[kernel]] \
  decltype(quantized_matmul_##kernel_name<__VA_ARGS__>) quantized_matmul_##kernel_name<__VA_ARGS__>;

#define INSTANCES(name, T, S)               \
  INSTANCE(naive, "_nk", name, T, S, true)  \
  INSTANCE(naive, "_kn", name, T, S, false) \
  INSTANCE(matvec, "_nk", name, T, S)       \
  INSTANCE(vecmat, "_kn", name, T, S)       \
  INSTANCE(tiled, "_nk", name, T, S, true)  \
  INSTANCE(tiled, "_kn", name, T, S, false) \
  INSTANCE(matrix, "_nk", name, T, S, true) \
  INSTANCE(matrix, "_kn", name, T, S, false)

INSTANCES("float32_float32", float, float)
INSTANCES("float16_float16", half, half)
INSTANCES("float16_float32", half, float)
INSTANCES("bfloat16_bfloat16", bfloat, bfloat)
INSTANCES("bfloat16_float32", bfloat, float)
