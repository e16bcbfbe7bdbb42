// Vectors whose loads and stores have sizes for which the compiler has no hook: 3, 6, 12 and 32 bytes.
#include <metal_stdlib>

using namespace metal;

[[kernel]] void mirror_points(const device float3* x [[buffer(0)]], device float3* out [[buffer(1)]],
                              device float* flat [[buffer(2)]], uint i [[thread_position_in_grid]],
                              uint index [[thread_index_in_threadgroup]]) {
  threadgroup float3 points[64];
  const float3 point = x[i];
  points[index].xy = point.zy;
  points[index].z = point.x;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  const float3 other = points[63 - index];
  out[i].xy = other.xy;
  out[i].z = 1;
  for (uint k = 0; k < 3; ++k) flat[3 * i + k] = other[k];
}

[[kernel]] void turn_words(const device ulong4* x [[buffer(0)]], device ulong4* out [[buffer(1)]],
                           uint i [[thread_position_in_grid]], uint index [[thread_index_in_threadgroup]]) {
  threadgroup ulong4 words[64];
  words[index] = x[i].wzyx;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  out[i] = words[63 - index] + 1;
}

[[kernel]] void fade_colours(const device uchar3* x [[buffer(0)]], device uchar3* out [[buffer(1)]],
                             device half* flat [[buffer(2)]], uint i [[thread_position_in_grid]],
                             uint index [[thread_index_in_threadgroup]]) {
  threadgroup half3 rows[32];
  const uchar3 colour = x[i];
  rows[index].xy = half2(colour.xy) / 2;
  rows[index].z = half(colour.z);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  const half3 row = rows[31 - index];
  out[i].xy = uchar2(row.xy);
  out[i].z = 7;
  for (uint k = 0; k < 3; ++k) flat[3 * i + k] = row[k];
}
