// Attention that never holds a row of the score matrix: read from top to bottom. flash_attention_metal.h chooses.
//
//   1 row     one simdgroup per query row, one key after the other
//   2 tiled   32 keys at a time, in threadgroup memory, for eight query rows
//
// Online softmax (Milakov and Gimelshein 2018): of the scores seen so far, keep the largest, the sum of
// exp(score - largest) and the sum of exp(score - largest) value. When the largest grows, both sums are scaled down.
//
// T holds query, key, value and out; everything is computed in float32. A row that sees no key is 0.
#include <metal_simdgroup>
#include <metal_stdlib>

using namespace metal;

constant bool has_mask [[function_constant(0)]];
constant bool causal [[function_constant(1)]];
constant int mask_type [[function_constant(2)]];  // 0 float32, 1 float16, 2 bfloat16

// As flash_attention_metal.h has it. Strides count elements; the last axis is dense but in the mask.
struct Attention {
  uint B1, H_q, H, L, S, D;  // second batch axis; query heads, key/value heads; queries, keys, channels
  float scale;
  long query[4], key[4], value[4];  // strides of batch 0, batch 1, head, row
  long mask[5];                     // and of the key; 0 along an axis that is broadcast
};

constant constexpr uint kLanes = 32;
constant constexpr uint kMaxChannels = 256;

// Where the rows of one head begin.
inline long offset_of(constant long* strides, constant Attention& p, uint batch, uint head) {
  return static_cast<long>(batch / p.B1) * strides[0] + static_cast<long>(batch % p.B1) * strides[1] +
         static_cast<long>(head) * strides[2];
}

// Query i sees the keys 0 .. S - L + i: the last query sees all of them.
inline uint visible_keys(constant Attention& p, uint row) {
  if (!causal) return p.S;
  return p.S + row + 1 > p.L ? min(p.S, p.S + row + 1 - p.L) : 0;
}

inline float mask_at(const device uchar* mask, long i) {
  if (mask_type == 0) return reinterpret_cast<const device float*>(mask)[i];
  if (mask_type == 1) return static_cast<float>(reinterpret_cast<const device half*>(mask)[i]);
  return static_cast<float>(reinterpret_cast<const device bfloat*>(mask)[i]);
}

// ---------------------------------------------------------------------------------------------------------------------
// 1. Lanes share the channels: lane l has the channels l, l + 32, ... of the query and of the sum. A score is a sum
// over lanes, one for each key.
constant constexpr uint kRowSimdgroups = 4;  // of a threadgroup; they have nothing to do with each other

template <typename T>
[[kernel]] void flash_attention_row(const device T* query [[buffer(0)]], const device T* key [[buffer(1)]],
                                    const device T* value [[buffer(2)]],
                                    const device uchar* mask [[buffer(3), function_constant(has_mask)]],
                                    device T* out [[buffer(4)]], constant Attention& p [[buffer(5)]],
                                    uint3 tile [[threadgroup_position_in_grid]],
                                    uint simdgroup [[simdgroup_index_in_threadgroup]],
                                    uint lane [[thread_index_in_simdgroup]]) {
  constexpr uint kMost = kMaxChannels / kLanes;
  const uint row = tile.x * kRowSimdgroups + simdgroup, head = tile.y, batch = tile.z;
  if (row >= p.L) return;
  const uint shared_head = head / (p.H_q / p.H);
  const device T* q = query + offset_of(p.query, p, batch, head) + row * p.query[3];
  const device T* k = key + offset_of(p.key, p, batch, shared_head);
  const device T* v = value + offset_of(p.value, p, batch, shared_head);
  const long mask_row = has_mask ? offset_of(p.mask, p, batch, head) + row * p.mask[3] : 0;
  float mine[kMost], sums[kMost];
  for (uint i = 0; i < kMost; ++i) {
    const uint d = lane + i * kLanes;
    mine[i] = d < p.D ? p.scale * static_cast<float>(q[d]) : 0.0f;
    sums[i] = 0;
  }
  float largest = -INFINITY, total = 0;
  const uint visible = visible_keys(p, row);
  for (uint s = 0; s < visible; ++s, k += p.key[3], v += p.value[3]) {
    float dot = 0;
    for (uint i = 0; i < kMost; ++i) {
      const uint d = lane + i * kLanes;
      if (d < p.D) dot += mine[i] * static_cast<float>(k[d]);
    }
    float score = simd_sum(dot);
    if (has_mask) score += mask_at(mask, mask_row + s * p.mask[4]);
    if (score == -INFINITY) continue;  // hidden, for all lanes
    const float before = largest;
    largest = max(largest, score);
    const float shrink = exp(before - largest), weight = exp(score - largest);
    total = total * shrink + weight;
    for (uint i = 0; i < kMost; ++i) {
      const uint d = lane + i * kLanes;
      if (d < p.D) sums[i] = sums[i] * shrink + weight * static_cast<float>(v[d]);
    }
  }
  device T* result = out + ((batch * p.H_q + head) * p.L + row) * p.D;
  for (uint i = 0; i < kMost; ++i) {
    const uint d = lane + i * kLanes;
    if (d < p.D) result[d] = static_cast<T>(total == 0 ? 0.0f : sums[i] / total);
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// 2. Kernel 1 reads every key and value once for each query row, and each key costs a sum over lanes, two exponentials
// and a multiplication of all sums. Here eight rows share what is read, and lanes share the keys while scores are
// computed: one maximum, one sum and one scaling for 32 keys.
//
// 32 keys of 256 channels in float32 would be all the threadgroup memory there is: kChunk channels at a time.
constant constexpr uint kRows = 8;  // simdgroups of a threadgroup, a query row each
constant constexpr uint kKeys = kLanes;
constant constexpr uint kChunk = 64;
constant constexpr uint kStride = kChunk + 1;  // lanes that read a column find it in 32 banks
constant constexpr uint kChunks = kMaxChannels / kChunk;
constant constexpr uint kThreads = kRows * kLanes;

// Channels [d0, d0 + kChunk) of `count` rows, zero behind them.
template <typename T>
void load_tile(const device T* rows, long stride, uint count, uint d0, uint D, uint thread_index,
               threadgroup float* tile) {
  for (uint i = thread_index; i < kKeys * kChunk; i += kThreads) {
    const uint row = i / kChunk, d = i % kChunk;
    const bool inside = row < count && d0 + d < D;
    tile[row * kStride + d] = inside ? static_cast<float>(rows[row * stride + d0 + d]) : 0.0f;
  }
}

template <typename T>
[[kernel]] void flash_attention_tiled(const device T* query [[buffer(0)]], const device T* key [[buffer(1)]],
                                      const device T* value [[buffer(2)]],
                                      const device uchar* mask [[buffer(3), function_constant(has_mask)]],
                                      device T* out [[buffer(4)]], constant Attention& p [[buffer(5)]],
                                      uint3 group [[threadgroup_position_in_grid]],
                                      uint thread_index [[thread_index_in_threadgroup]],
                                      uint simdgroup [[simdgroup_index_in_threadgroup]],
                                      uint lane [[thread_index_in_simdgroup]]) {
  threadgroup float queries[kRows][kMaxChannels];
  threadgroup float tile[kKeys * kStride];
  const uint row = group.x * kRows + simdgroup, head = group.y, batch = group.z;
  const uint shared_head = head / (p.H_q / p.H);
  const bool used = row < p.L;  // a row past the end goes along: the others wait for it at barriers
  const device T* q = query + offset_of(p.query, p, batch, head) + (used ? row : 0) * p.query[3];
  const device T* k = key + offset_of(p.key, p, batch, shared_head);
  const device T* v = value + offset_of(p.value, p, batch, shared_head);
  const long mask_row = has_mask ? offset_of(p.mask, p, batch, head) + row * p.mask[3] : 0;
  for (uint d = lane; d < p.D; d += kLanes) queries[simdgroup][d] = p.scale * static_cast<float>(q[d]);
  float sums[2 * kChunks];
  for (uint i = 0; i < 2 * kChunks; ++i) sums[i] = 0;
  float largest = -INFINITY, total = 0;
  const uint visible = used ? visible_keys(p, row) : 0;
  const uint last_row = min(group.x * kRows + kRows, p.L) - 1;
  const uint end = visible_keys(p, last_row);  // the same for all threads, as barriers want it
  for (uint s0 = 0; s0 < end; s0 += kKeys) {
    const uint count = min(kKeys, end - s0);
    float score = 0;  // of the query row with key s0 + lane
    for (uint d0 = 0; d0 < p.D; d0 += kChunk) {
      threadgroup_barrier(mem_flags::mem_threadgroup);  // the tile before is not read any more
      load_tile(k + s0 * p.key[3], p.key[3], count, d0, p.D, thread_index, tile);
      threadgroup_barrier(mem_flags::mem_threadgroup);
      const uint channels = min(kChunk, p.D - d0);
      for (uint d = 0; d < channels; ++d) score += queries[simdgroup][d0 + d] * tile[lane * kStride + d];
    }
    const bool seen = s0 + lane < visible;
    if (has_mask && seen) score += mask_at(mask, mask_row + (s0 + lane) * p.mask[4]);
    if (!seen) score = -INFINITY;
    const float before = largest;
    largest = max(largest, simd_max(score));
    const bool nothing = largest == -INFINITY;  // so far: the difference below would be no number
    const float weight = nothing ? 0.0f : exp(score - largest), shrink = nothing ? 1.0f : exp(before - largest);
    total = total * shrink + simd_sum(weight);
    for (uint c = 0; c < kChunks; ++c) {
      if (c * kChunk >= p.D) break;
      threadgroup_barrier(mem_flags::mem_threadgroup);
      load_tile(v + s0 * p.value[3], p.value[3], count, c * kChunk, p.D, thread_index, tile);
      threadgroup_barrier(mem_flags::mem_threadgroup);
      float low = sums[2 * c] * shrink, high = sums[2 * c + 1] * shrink;
      for (uint s = 0; s < count; ++s) {
        const float shared_weight = simd_shuffle(weight, static_cast<ushort>(s));
        low += shared_weight * tile[s * kStride + lane];
        high += shared_weight * tile[s * kStride + lane + kLanes];
      }
      sums[2 * c] = low;
      sums[2 * c + 1] = high;
    }
  }
  if (!used) return;
  device T* result = out + ((batch * p.H_q + head) * p.L + row) * p.D;
  for (uint i = 0; i < 2 * kChunks; ++i) {
    const uint d = lane + i * kLanes;
    if (d < p.D) result[d] = static_cast<T>(total == 0 ? 0.0f : sums[i] / total);
  }
}

#define INSTANCES(name, T)                                         \
  template [[host_name("flash_attention_row_" name)]] [[kernel]]   \
  decltype(flash_attention_row<T>) flash_attention_row<T>;         \
  template [[host_name("flash_attention_tiled_" name)]] [[kernel]] \
  decltype(flash_attention_tiled<T>) flash_attention_tiled<T>;

INSTANCES("float32", float)
INSTANCES("float16", half)
INSTANCES("bfloat16", bfloat)
