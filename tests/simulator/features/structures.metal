// Structures and vectors that are written in part, or copied with what nobody wrote.
#include <metal_stdlib>

using namespace metal;

struct Largest {
  float value;
  ushort at;  // two bytes of padding follow, which nobody writes and copies take along
};

[[kernel]] void arg_max(const device float* x [[buffer(0)]], device uint* out [[buffer(1)]],
                        uint i [[thread_position_in_grid]], uint index [[thread_index_in_threadgroup]],
                        uint group [[threadgroup_position_in_grid]], uint threads [[threads_per_threadgroup]]) {
  threadgroup Largest found[64];
  found[index].value = x[i];
  found[index].at = index;
  for (uint step = threads / 2; step > 0; step /= 2) {
    threadgroup_barrier(mem_flags::mem_threadgroup);
    if (index < step) {
      const Largest mine = found[index], other = found[index + step];
      found[index] = mine.value >= other.value ? mine : other;
    }
  }
  if (index == 0) out[group] = found[0].at;
}

// Components of vectors are set one by one: in memory that holds nothing before, and by several threads.
[[kernel]] void components(const device float* x [[buffer(0)]], device float3* out [[buffer(1)]],
                           device float4* by_four [[buffer(2)]], uint i [[thread_position_in_grid]],
                           uint index [[thread_index_in_threadgroup]]) {
  threadgroup half4 rows[8];
  if (index < 8) {
    for (uint k = 0; k < 4; ++k) rows[index][k] = static_cast<half>(x[i - index + 4 * index + k]);
  }
  threadgroup_barrier(mem_flags::mem_threadgroup);
  out[i].x = x[i];
  out[i].z = static_cast<float>(rows[index / 4][index % 4]);
  out[i].y = 1;
  by_four[i / 4][i % 4] = 2 * x[i];
}
