// Counts of memory traffic, from the accesses of profiled threadgroups: bytes, 128-byte transactions, bank passes.
#pragma once

#include "json.h"
#include "memory.h"

namespace runtime {

struct Access {
  uint64_t address;
  uint32_t pc;
  uint16_t bytes;
  uint16_t is_write;
};

// What one lane did since its simdgroup last met.
struct AccessLog {
  static constexpr uint32_t kCapacity = 1024;
  static constexpr uint32_t kStride = kCapacity + 12;  // logs of two lanes begin in different sets of the cache
  Access* accesses;
  uint32_t count;
};

void reset_profile();
// Counts and empties the logs of one simdgroup, as if lanes had run in step: the n-th access that each lane made at one
// place in the code belongs to one simdgroup access.
void count_accesses(AccessLog logs[MSIM_SIMD_WIDTH]);
void write_profile(Json& json);

}  // namespace runtime
