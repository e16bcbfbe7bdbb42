// What kernels are called with: grids, types of elements, structures, constants, templates, optional buffers.
#include <metal_stdlib>

using namespace metal;

constant bool has_bias [[function_constant(0)]];
constant float scale [[function_constant(1)]];
constant constexpr uint kTableSize = 4;
constant float table[kTableSize] = {0.5f, 1.0f, 2.0f, 4.0f};

struct Affine {
  float matrix[2][2];
  packed_float2 shift;
  uint count;
};

// One thread per element, and threads behind the last one.
[[kernel]] void scale_by_table(const device float* x [[buffer(0)]], device float* out [[buffer(1)]],
                               constant uint& count [[buffer(2)]], uint i [[thread_position_in_grid]]) {
  if (i >= count) return;
  out[i] = x[i] * table[i % kTableSize];
}

// Bias only where the constant says so.
[[kernel]] void add_bias(const device float* x [[buffer(0)]],
                         const device float* bias [[buffer(1), function_constant(has_bias)]],
                         device float* out [[buffer(2)]], uint i [[thread_position_in_grid]]) {
  const float mine = has_bias ? bias[i] : 0.0f;
  out[i] = scale * x[i] + mine;
}

[[kernel]] void affine(const device float2* points [[buffer(0)]], device float2* out [[buffer(1)]],
                       constant Affine& map [[buffer(2)]], uint i [[thread_position_in_grid]]) {
  if (i >= map.count) return;
  const float2 p = points[i];
  const float2 turned(map.matrix[0][0] * p.x + map.matrix[0][1] * p.y, map.matrix[1][0] * p.x + map.matrix[1][1] * p.y);
  out[i] = turned + float2(map.shift);
}

// Rows of three floats without a gap, whose neighbours belong to other threads.
[[kernel]] void normalise(const device packed_float3* x [[buffer(0)]], device packed_float3* out [[buffer(1)]],
                          uint i [[thread_position_in_grid]]) {
  out[i] = packed_float3(normalize(float3(x[i])));
}

// Four numbers at once, and what is left at the end one by one.
[[kernel]] void add_vectors(const device float* x [[buffer(0)]], device float* out [[buffer(1)]],
                            constant uint& count [[buffer(2)]], uint i [[thread_position_in_grid]]) {
  const uint first = 4 * i;
  if (first + 4 <= count) {
    const float4 four = reinterpret_cast<const device float4*>(x)[i];
    reinterpret_cast<device float4*>(out)[i] = four + four.wzyx;
  } else {
    for (uint k = first; k < count; ++k) out[k] = 2 * x[k];
  }
}

// Neighbouring bytes and half-words, each of another thread.
[[kernel]] void narrow(const device short* x [[buffer(0)]], device char* bytes [[buffer(1)]],
                       device ushort* words [[buffer(2)]], uint i [[thread_position_in_grid]]) {
  bytes[i] = static_cast<char>(clamp(int(x[i]), -128, 127));
  words[i] = static_cast<ushort>(x[i] + 32768);
}

// bfloat in, float between, bfloat out; two spellings of an instance's name.
template <typename T>
[[kernel]] void square(const device T* x [[buffer(0)]], device T* out [[buffer(1)]],
                       uint i [[thread_position_in_grid]]) {
  const float number = static_cast<float>(x[i]);
  out[i] = static_cast<T>(number * number);
}
template [[host_name("square_bfloat")]] [[kernel]] decltype(square<bfloat>) square<bfloat>;
template [[host_name("square_half")]] [[kernel]] void square<half>(const device half*, device half*, uint);

// A 2D grid of ragged threadgroups: the last ones are smaller, and count their own threads.
[[kernel]] void ragged_sizes(device uint* out [[buffer(0)]], constant uint& width [[buffer(1)]],
                             uint2 position [[thread_position_in_grid]], uint2 size [[threads_per_threadgroup]],
                             uint2 full [[dispatch_threads_per_threadgroup]]) {
  out[position.y * width + position.x] = size.x * size.y + 1000 * (full.x * full.y);
}

// Sums over a ragged threadgroup: as many numbers as it has threads.
[[kernel]] void ragged_sum(const device float* x [[buffer(0)]], device float* out [[buffer(1)]],
                           uint i [[thread_position_in_grid]], uint index [[thread_index_in_threadgroup]],
                           uint group [[threadgroup_position_in_grid]], uint threads [[threads_per_threadgroup]]) {
  threadgroup float numbers[48];
  numbers[index] = x[i];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  float total = 0;
  for (uint t = 0; t < threads; ++t) total += numbers[t];
  if (index == 0) out[group] = total;
}

// A 3D grid: axes in the order of the array, last one fastest.
[[kernel]] void permute(const device float* x [[buffer(0)]], device float* out [[buffer(1)]],
                        uint3 at [[thread_position_in_grid]], uint3 size [[threads_per_grid]]) {
  out[(at.x * size.z + at.z) * size.y + at.y] = x[(at.z * size.y + at.y) * size.x + at.x];
}

// Threads step through the array together, each simdgroup ends on its own, and no barrier waits for it.
[[kernel]] void grid_stride(const device float* x [[buffer(0)]], device float* out [[buffer(1)]],
                            constant uint& count [[buffer(2)]], uint first [[thread_position_in_grid]],
                            uint threads [[threads_per_grid]]) {
  for (uint i = first; i < count; i += threads) out[i] = 2 * x[i] + 1;
}

// Threads behind the end load nothing and store nothing, and meet the others at the barrier all the same.
[[kernel]] void shift_right(const device float* x [[buffer(0)]], device float* out [[buffer(1)]],
                            constant uint& count [[buffer(2)]], uint i [[thread_position_in_grid]],
                            uint index [[thread_index_in_threadgroup]]) {
  threadgroup float line[64];
  if (i < count) line[index] = x[i];
  threadgroup_barrier(mem_flags::mem_threadgroup);
  if (i < count) out[i] = index > 0 ? line[index - 1] : -1.0f;
}

// Rows named by an index array; several threads read the same row.
[[kernel]] void gather(const device half* rows [[buffer(0)]], const device int* indices [[buffer(1)]],
                       device half* out [[buffer(2)]], constant uint& width [[buffer(3)]],
                       uint2 at [[thread_position_in_grid]]) {
  out[at.y * width + at.x] = rows[uint(indices[at.y]) * width + at.x];
}

// The inverse: a permutation, so that no two threads meet.
[[kernel]] void scatter(const device int* x [[buffer(0)]], const device int* indices [[buffer(1)]],
                        device int* out [[buffer(2)]], uint i [[thread_position_in_grid]]) {
  out[indices[i]] = x[i];
}

// The caller's buffer changes in place: it is read before it is written, by the same thread.
[[kernel]] void accumulate(const device float* x [[buffer(0)]], device float* sums [[buffer(1)]],
                           uint i [[thread_position_in_grid]]) {
  for (uint k = 0; k < 4; ++k) sums[i] += x[4 * i + k];
}
