// Tiles in threadgroup memory: transposes, products, neighbours, and memory handed on in several rounds.
#include <metal_simdgroup_matrix>
#include <metal_stdlib>

using namespace metal;

struct Shape {
  uint rows, columns;
};

struct Product {
  uint M, N, K;
};

// A column is read as the tile's row: each lane of a read meets the same bank, which is slow and right.
[[kernel]] void transpose(const device float* x [[buffer(0)]], device float* out [[buffer(1)]],
                          constant Shape& shape [[buffer(2)]], uint2 group [[threadgroup_position_in_grid]],
                          uint2 at [[thread_position_in_threadgroup]]) {
  threadgroup float tile[16][16];
  const uint row = group.y * 16 + at.y, column = group.x * 16 + at.x;
  if (row < shape.rows && column < shape.columns) tile[at.y][at.x] = x[row * shape.columns + column];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  const uint to_row = group.x * 16 + at.y, to_column = group.y * 16 + at.x;
  // What lies outside of the matrix was not set, and is not read.
  if (to_row < shape.columns && to_column < shape.rows) out[to_row * shape.rows + to_column] = tile[at.x][at.y];
}

// Rows of 17: the padding keeps banks apart, and nobody writes or reads it.
[[kernel]] void transpose_padded(const device half* x [[buffer(0)]], device half* out [[buffer(1)]],
                                 constant Shape& shape [[buffer(2)]], uint2 group [[threadgroup_position_in_grid]],
                                 uint2 at [[thread_position_in_threadgroup]]) {
  constexpr uint kStride = 17;
  threadgroup half tile[16 * kStride];
  for (uint r = at.y; r < 16; r += 4) {
    const uint row = group.y * 16 + r, column = group.x * 16 + at.x;
    if (row < shape.rows && column < shape.columns) tile[r * kStride + at.x] = x[row * shape.columns + column];
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
  for (uint r = at.y; r < 16; r += 4) {
    const uint row = group.x * 16 + r, column = group.y * 16 + at.x;
    if (row < shape.columns && column < shape.rows) out[row * shape.rows + column] = tile[at.x * kStride + r];
  }
}

// Zeros stand for what lies outside of the matrices.
[[kernel]] void product(const device float* a [[buffer(0)]], const device float* b [[buffer(1)]],
                        device float* out [[buffer(2)]], constant Product& p [[buffer(3)]],
                        uint2 group [[threadgroup_position_in_grid]], uint2 at [[thread_position_in_threadgroup]]) {
  threadgroup float a_tile[8][8], b_tile[8][8];
  const uint m = group.y * 8 + at.y, n = group.x * 8 + at.x;
  float total = 0;
  for (uint k0 = 0; k0 < p.K; k0 += 8) {
    a_tile[at.y][at.x] = m < p.M && k0 + at.x < p.K ? a[m * p.K + k0 + at.x] : 0.0f;
    b_tile[at.y][at.x] = k0 + at.y < p.K && n < p.N ? b[(k0 + at.y) * p.N + n] : 0.0f;
    threadgroup_barrier(mem_flags::mem_threadgroup);
    for (uint k = 0; k < 8; ++k) total += a_tile[at.y][k] * b_tile[k][at.x];
    threadgroup_barrier(mem_flags::mem_threadgroup);
  }
  if (m < p.M && n < p.N) out[m * p.N + n] = total;
}

// The next tile is loaded into one half while the other is read: one barrier a step is enough.
[[kernel]] void product_double_buffered(const device float* a [[buffer(0)]], const device float* b [[buffer(1)]],
                                        device float* out [[buffer(2)]], constant Product& p [[buffer(3)]],
                                        uint2 group [[threadgroup_position_in_grid]],
                                        uint2 at [[thread_position_in_threadgroup]]) {
  threadgroup float a_tiles[2][64];
  threadgroup float b_tiles[2][64];
  const uint m = group.y * 8 + at.y, n = group.x * 8 + at.x, cell = at.y * 8 + at.x;
  uint half_now = 0;
  a_tiles[0][cell] = a[m * p.K + at.x];
  b_tiles[0][cell] = b[at.y * p.N + n];
  float total = 0;
  for (uint k0 = 0; k0 < p.K; k0 += 8) {
    threadgroup_barrier(mem_flags::mem_threadgroup);
    if (k0 + 8 < p.K) {
      a_tiles[1 - half_now][cell] = a[m * p.K + k0 + 8 + at.x];
      b_tiles[1 - half_now][cell] = b[(k0 + 8 + at.y) * p.N + n];
    }
    for (uint k = 0; k < 8; ++k) total += a_tiles[half_now][at.y * 8 + k] * b_tiles[half_now][k * 8 + at.x];
    half_now = 1 - half_now;
  }
  out[m * p.N + n] = total;
}

// The sum of each element and its two neighbours; the threads at the tile's ends load the halo too.
[[kernel]] void stencil(const device float* x [[buffer(0)]], device float* out [[buffer(1)]],
                        constant uint& count [[buffer(2)]], uint i [[thread_position_in_grid]],
                        uint index [[thread_index_in_threadgroup]], uint threads [[threads_per_threadgroup]]) {
  threadgroup float tile[66];
  if (i < count) tile[index + 1] = x[i];
  if (index == 0) tile[0] = i > 0 ? x[i - 1] : 0.0f;
  if (i + 1 == count || index == threads - 1) tile[index + 2] = i + 1 < count ? x[i + 1] : 0.0f;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  if (i < count) out[i] = tile[index] + tile[index + 1] + tile[index + 2];
}

// Threads move what they hold one place to the left, again and again: reads and writes of one array in turns.
[[kernel]] void rotate_left(const device float* x [[buffer(0)]], device float* out [[buffer(1)]],
                            constant uint& rounds [[buffer(2)]], uint i [[thread_position_in_grid]],
                            uint index [[thread_index_in_threadgroup]], uint threads [[threads_per_threadgroup]]) {
  threadgroup float ring[96];
  ring[index] = x[i];
  for (uint round = 0; round < rounds; ++round) {
    threadgroup_barrier(mem_flags::mem_threadgroup);
    const float next = ring[(index + 1) % threads];
    threadgroup_barrier(mem_flags::mem_threadgroup);
    ring[index] = next;
  }
  out[i] = ring[index];
}

// A threadgroup hands numbers on through device memory: mem_device orders it within the threadgroup.
[[kernel]] void reverse_in_device_memory(const device float* x [[buffer(0)]], device float* out [[buffer(1)]],
                                         device float* scratch [[buffer(2)]], uint i [[thread_position_in_grid]],
                                         uint index [[thread_index_in_threadgroup]],
                                         uint threads [[threads_per_threadgroup]]) {
  scratch[i] = x[i];
  threadgroup_barrier(mem_flags::mem_device);
  out[i] = scratch[i - index + threads - 1 - index];
}

// out[i] = x[i] - x[i - 1] within a threadgroup: every thread looks at an earlier one.
[[kernel]] void differences(const device float* x [[buffer(0)]], device float* out [[buffer(1)]],
                            uint i [[thread_position_in_grid]], uint index [[thread_index_in_threadgroup]]) {
  threadgroup float line[64];
  line[index] = x[i];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  out[i] = index == 0 ? line[0] : line[index] - line[index - 1];
}

// 8 x 8 matrices of a simdgroup; the rows of b in memory are longer than N.
template <typename T>
[[kernel]] void matrix_product(const device T* a [[buffer(0)]], const device T* b [[buffer(1)]],
                               device T* out [[buffer(2)]], constant Product& p [[buffer(3)]],
                               uint2 group [[threadgroup_position_in_grid]]) {
  simdgroup_matrix<float, 8, 8> total = make_filled_simdgroup_matrix<float, 8, 8>(0.0f);
  for (uint k = 0; k < p.K; k += 8) {
    simdgroup_matrix<T, 8, 8> left, right;
    simdgroup_load(left, a + group.y * 8 * p.K + k, p.K);
    simdgroup_load(right, b + k * p.N + group.x * 8, p.N);
    simdgroup_multiply_accumulate(total, left, right, total);
  }
  simdgroup_matrix<T, 8, 8> rounded;
  rounded.thread_elements()[0] = static_cast<T>(total.thread_elements()[0]);
  rounded.thread_elements()[1] = static_cast<T>(total.thread_elements()[1]);
  simdgroup_store(rounded, out + group.y * 8 * p.N + group.x * 8, p.N);
}

template [[host_name("matrix_product_float")]] [[kernel]] decltype(matrix_product<float>) matrix_product<float>;
template [[host_name("matrix_product_half")]] [[kernel]] decltype(matrix_product<half>) matrix_product<half>;
