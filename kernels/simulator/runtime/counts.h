// What a dispatch counts. All sums of integers, so that they do not depend on which worker ran which threadgroup.
#pragma once

#include <stdint.h>

namespace runtime {

struct Counts {
  uint64_t threadgroup_barriers, simdgroup_barriers, simd_operations, matrix_operations, divergent_simd_operations;
  uint64_t threads, threadgroups, profiled_threadgroups;

  void add(const Counts& other) {
    threadgroup_barriers += other.threadgroup_barriers;
    simdgroup_barriers += other.simdgroup_barriers;
    simd_operations += other.simd_operations;
    matrix_operations += other.matrix_operations;
    divergent_simd_operations += other.divergent_simd_operations;
    threads += other.threads;
    threadgroups += other.threadgroups;
    profiled_threadgroups += other.profiled_threadgroups;
  }
};

}  // namespace runtime
