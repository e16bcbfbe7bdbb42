// Sums and prefix sums: over lanes, over threadgroup memory, over rows of a matrix.
#include <metal_stdlib>

using namespace metal;

// Threads add up their share, lanes add up theirs, and the first simdgroup adds up what the simdgroups have.
[[kernel]] void sum_rows(const device float* x [[buffer(0)]], device float* out [[buffer(1)]],
                         constant uint& columns [[buffer(2)]], uint row [[threadgroup_position_in_grid]],
                         uint index [[thread_index_in_threadgroup]], uint threads [[threads_per_threadgroup]],
                         uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]],
                         uint simdgroups [[simdgroups_per_threadgroup]]) {
  threadgroup float partial[32];  // set for the simdgroups that there are, and read for no other
  float total = 0;
  for (uint i = index; i < columns; i += threads) total += x[row * columns + i];
  total = simd_sum(total);
  if (lane == 0) partial[simdgroup] = total;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  if (simdgroup == 0) {
    total = simd_sum(lane < simdgroups ? partial[lane] : 0.0f);
    if (lane == 0) out[row] = total;
  }
}

// A tree in threadgroup memory; the trip count is the same for all threads.
[[kernel]] void tree_sum(const device float* x [[buffer(0)]], device float* out [[buffer(1)]],
                         uint group [[threadgroup_position_in_grid]], uint index [[thread_index_in_threadgroup]],
                         uint threads [[threads_per_threadgroup]]) {
  threadgroup float sums[128];
  sums[index] = x[group * threads + index];
  for (uint step = threads / 2; step > 0; step /= 2) {
    threadgroup_barrier(mem_flags::mem_threadgroup);
    if (index < step) sums[index] += sums[index + step];
  }
  if (index == 0) out[group] = sums[0];
}

// Every thread reads the whole array after one barrier: many readers of the same cells.
[[kernel]] void shuffle_sum(const device float* x [[buffer(0)]], device float* out [[buffer(1)]],
                            uint i [[thread_position_in_grid]], uint lane [[thread_index_in_simdgroup]],
                            uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float partial[4];
  float total = x[i];
  for (ushort step = 16; step > 0; step /= 2) total += simd_shuffle_xor(total, step);
  if (lane == 31) partial[simdgroup] = total;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  total = 0;
  for (uint p = 0; p < 4; ++p) total += partial[p];
  out[i] = total;
}

// Hillis and Steele: each step reads one half of the buffer and writes the other, one barrier a step.
[[kernel]] void scan(const device int* x [[buffer(0)]], device int* out [[buffer(1)]],
                     uint i [[thread_position_in_grid]], uint index [[thread_index_in_threadgroup]],
                     uint threads [[threads_per_threadgroup]]) {
  threadgroup int halves[2][64];
  uint from = 0;
  halves[from][index] = x[i];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  for (uint step = 1; step < threads; step *= 2) {
    const int left = index >= step ? halves[from][index - step] : 0;
    halves[1 - from][index] = halves[from][index] + left;
    from = 1 - from;
    threadgroup_barrier(mem_flags::mem_threadgroup);
  }
  out[i] = halves[from][index];
}

// Prefix sums of lanes, then of simdgroups; the last lane holds the simdgroup's total.
[[kernel]] void scan_by_lanes(const device int* x [[buffer(0)]], device int* out [[buffer(1)]],
                              uint i [[thread_position_in_grid]], uint lane [[thread_index_in_simdgroup]],
                              uint simdgroup [[simdgroup_index_in_threadgroup]],
                              uint simdgroups [[simdgroups_per_threadgroup]]) {
  threadgroup int totals[32];
  const int mine = simd_prefix_inclusive_sum(x[i]);
  if (lane == 31) totals[simdgroup] = mine;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  if (simdgroup == 0) {
    const int before = simd_prefix_exclusive_sum(lane < simdgroups ? totals[lane] : 0);
    if (lane < simdgroups) totals[lane] = before;
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
  out[i] = totals[simdgroup] + mine;
}

// Softmax of a row: the threadgroup's maximum and sum by way of one array, used twice.
[[kernel]] void softmax(const device float* x [[buffer(0)]], device float* out [[buffer(1)]],
                        constant uint& columns [[buffer(2)]], uint row [[threadgroup_position_in_grid]],
                        uint index [[thread_index_in_threadgroup]], uint threads [[threads_per_threadgroup]],
                        uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]],
                        uint simdgroups [[simdgroups_per_threadgroup]]) {
  threadgroup float shared[32];
  const device float* from = x + row * columns;
  float largest = -INFINITY;
  for (uint i = index; i < columns; i += threads) largest = max(largest, from[i]);
  largest = simd_max(largest);
  if (lane == 0) shared[simdgroup] = largest;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  largest = simd_max(shared[min(lane, simdgroups - 1)]);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  float total = 0;
  for (uint i = index; i < columns; i += threads) total += exp(from[i] - largest);
  total = simd_sum(total);
  if (lane == 0) shared[simdgroup] = total;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  total = 0;
  for (uint i = 0; i < simdgroups; ++i) total += shared[i];
  for (uint i = index; i < columns; i += threads) out[row * columns + i] = exp(from[i] - largest) / total;
}

// Softmax in one pass over the row, a simdgroup each; lane 0's pair is handed to the others.
[[kernel]] void online_softmax(const device float* x [[buffer(0)]], device float* out [[buffer(1)]],
                               constant uint& columns [[buffer(2)]], uint group [[threadgroup_position_in_grid]],
                               uint lane [[thread_index_in_simdgroup]],
                               uint simdgroup [[simdgroup_index_in_threadgroup]],
                               uint simdgroups [[simdgroups_per_threadgroup]]) {
  const uint row = group * simdgroups + simdgroup;
  const device float* from = x + row * columns;
  float largest = -INFINITY, total = 0;
  for (uint i = lane; i < columns; i += 32) {
    const float next = max(largest, from[i]);
    total = total * exp(largest - next) + exp(from[i] - next);
    largest = next;
  }
  for (ushort step = 16; step > 0; step /= 2) {
    const float other = simd_shuffle_down(largest, step), sum = simd_shuffle_down(total, step);
    const float next = max(largest, other);
    total = total * exp(largest - next) + sum * exp(other - next);
    largest = next;
  }
  largest = simd_broadcast(largest, 0);
  total = simd_broadcast_first(total);
  for (uint i = lane; i < columns; i += 32) out[row * columns + i] = exp(from[i] - largest) / total;
}

// The first thread gathers what the others left behind: a sum in the order of the threads.
[[kernel]] void ordered_sum(const device float* x [[buffer(0)]], device float* out [[buffer(1)]],
                            constant uint& count [[buffer(2)]], uint index [[thread_index_in_threadgroup]],
                            uint group [[threadgroup_position_in_grid]], uint threads [[threads_per_threadgroup]],
                            threadgroup float* sums [[threadgroup(0)]]) {
  const uint i = group * threads + index;
  sums[index] = i < count ? x[i] : 0.0f;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  if (index != 0) return;  // behind the last barrier
  float total = 0;
  for (uint t = 0; t < threads; ++t) total += sums[t];
  out[group] = total;
}
