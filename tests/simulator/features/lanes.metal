// Lanes of a simdgroup among themselves, and atomics.
#include <metal_atomic>
#include <metal_simdgroup>
#include <metal_stdlib>

using namespace metal;

// Positive numbers move to the front of their simdgroup's stretch; the rest of it is filled with zeros.
[[kernel]] void compact(const device int* x [[buffer(0)]], device int* out [[buffer(1)]],
                        uint i [[thread_position_in_grid]], uint lane [[thread_index_in_simdgroup]]) {
  const bool keep = x[i] > 0;
  const uint votes = static_cast<uint>(static_cast<simd_vote::vote_t>(simd_ballot(keep)));
  const uint before = popcount(votes & ((1u << lane) - 1)), kept = popcount(votes);
  if (keep) out[i - lane + before] = x[i];
  if (!keep) out[i - lane + kept + (lane - before)] = 0;
}

// Bits: all lanes positive, any negative, whether lane 5 is positive.
[[kernel]] void votes(const device int* x [[buffer(0)]], device uint* out [[buffer(1)]],
                      uint i [[thread_position_in_grid]], uint lane [[thread_index_in_simdgroup]]) {
  const bool all = simd_all(x[i] > 0), any = simd_any(x[i] < 0);
  const int fifth = simd_broadcast(x[i], 5);
  if (lane == 0) out[i / 32] = uint(all) | uint(any) << 1 | uint(fifth > 0) << 2;
}

// Sums of four lanes, and what the lane across has.
[[kernel]] void quads(const device float* x [[buffer(0)]], device float2* out [[buffer(1)]],
                      uint i [[thread_position_in_grid]]) {
  float total = x[i] + quad_shuffle_xor(x[i], 1);
  total += quad_shuffle_xor(total, 2);
  out[i] = float2(total, quad_broadcast(x[i], 3));
}

// 64 numbers in a bitonic network, each pair by the lower of its two threads.
[[kernel]] void bitonic_sort(device int* x [[buffer(0)]], uint index [[thread_index_in_threadgroup]],
                             uint group [[threadgroup_position_in_grid]], uint count [[threads_per_threadgroup]]) {
  threadgroup int keys[64];
  keys[index] = x[group * count + index];
  for (uint length = 2; length <= count; length *= 2) {
    for (uint step = length / 2; step > 0; step /= 2) {
      threadgroup_barrier(mem_flags::mem_threadgroup);
      const uint other = index ^ step;
      if (other > index) {
        const bool up = (index & length) == 0;
        const int a = keys[index], b = keys[other];
        if ((a > b) == up) {
          keys[index] = b;
          keys[other] = a;
        }
      }
    }
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
  x[group * count + index] = keys[index];
}

// Lanes hand numbers to each other through threadgroup memory: a simdgroup barrier is enough.
[[kernel]] void reverse_lanes(const device float* x [[buffer(0)]], device float* out [[buffer(1)]],
                              uint i [[thread_position_in_grid]], uint lane [[thread_index_in_simdgroup]],
                              uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  threadgroup float lines[4][32];
  lines[simdgroup][lane] = x[i];
  simdgroup_barrier(mem_flags::mem_threadgroup);
  const float mirrored = lines[simdgroup][31 - lane];
  simdgroup_barrier(mem_flags::mem_threadgroup);
  lines[simdgroup][lane] = 2 * mirrored;
  simdgroup_barrier(mem_flags::mem_threadgroup);
  out[i] = lines[simdgroup][lane] + lines[simdgroup][lane ^ 1];
}

// Each lane takes its two neighbours, round the ends, and all of them lane 7.
[[kernel]] void rotations(const device int* x [[buffer(0)]], device int* out [[buffer(1)]],
                          uint i [[thread_position_in_grid]]) {
  const int left = simd_shuffle_rotate_down(x[i], 1), right = simd_shuffle_rotate_up(x[i], 1);
  out[i] = left * right + simd_shuffle(x[i], 7);
}

// Counts straight in device memory.
[[kernel]] void histogram(const device uchar* x [[buffer(0)]], device atomic_uint* counts [[buffer(1)]],
                          constant uint& count [[buffer(2)]], uint i [[thread_position_in_grid]]) {
  if (i < count) atomic_fetch_add_explicit(&counts[x[i] % 16], 1, memory_order_relaxed);
}

// Counts in threadgroup memory first: set plainly, counted atomically, read plainly, with barriers between.
[[kernel]] void histogram_in_threadgroup(const device uchar* x [[buffer(0)]], device atomic_uint* counts [[buffer(1)]],
                                         constant uint& count [[buffer(2)]], uint i [[thread_position_in_grid]],
                                         uint index [[thread_index_in_threadgroup]]) {
  threadgroup atomic_uint bins[16];
  if (index < 16) atomic_store_explicit(&bins[index], 0, memory_order_relaxed);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  if (i < count) atomic_fetch_add_explicit(&bins[x[i] % 16], 1, memory_order_relaxed);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  if (index < 16) {
    const uint mine = atomic_load_explicit(&bins[index], memory_order_relaxed);
    atomic_fetch_add_explicit(&counts[index], mine, memory_order_relaxed);
  }
}

// One float for all threadgroups.
[[kernel]] void total(const device float* x [[buffer(0)]], device atomic<float>* out [[buffer(1)]],
                      uint i [[thread_position_in_grid]], uint lane [[thread_index_in_simdgroup]]) {
  const float sum = simd_sum(x[i]);
  if (lane == 0) atomic_fetch_add_explicit(out, sum, memory_order_relaxed);
}

// The largest float, by compare and exchange of its bits.
[[kernel]] void largest(const device float* x [[buffer(0)]], device atomic_uint* bits [[buffer(1)]],
                        uint i [[thread_position_in_grid]]) {
  uint seen = atomic_load_explicit(bits, memory_order_relaxed);
  while (x[i] > as_type<float>(seen)) {
    if (atomic_compare_exchange_weak_explicit(bits, &seen, as_type<uint>(x[i]), memory_order_relaxed,
                                              memory_order_relaxed)) {
      break;
    }
  }
}

// Each thread that has a positive number takes the next free place; which one is not defined, that it is its own is.
[[kernel]] void append(const device int* x [[buffer(0)]], device int* out [[buffer(1)]],
                       device atomic_uint* used [[buffer(2)]], uint i [[thread_position_in_grid]]) {
  if (x[i] > 0) out[atomic_fetch_add_explicit(used, 1, memory_order_relaxed)] = x[i];
}

// Several threads set the same flag, atomically.
[[kernel]] void any_negative(const device int* x [[buffer(0)]], device atomic_uint* found [[buffer(1)]],
                             uint i [[thread_position_in_grid]]) {
  if (x[i] < 0) atomic_store_explicit(found, 1, memory_order_relaxed);
}
