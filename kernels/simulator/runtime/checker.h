// The state of check mode: which memory is whose, and what has happened to it.
#pragma once

#include "dispatch_state.h"
#include "profile.h"
#include "shadow.h"

namespace runtime {

// A buffer or an array of threadgroup memory.
struct Region {
  uint64_t bytes;
  uint64_t offset;  // of a threadgroup array, in the arena
  Shadow* shadow;   // NULL: only read
  Order* order;
  bool fresh;      // undefined until written
  bool uncounted;  // a constant reference: no memory traffic worth counting
  int32_t buffer;  // index of the buffer, -1: threadgroup memory
  uint32_t element_bytes;
  const char* name;
  const char* type;
};

// Where reads of a buffer leave no trace, having no shadow and not being counted now: `bytes` bytes up to `end`.
struct Quiet {
  uint64_t end, bytes;
};

constexpr uint64_t kBlocks = kArenaBytes / kRedZone;

struct Checker {
  // What every access looks at first; all zero while nothing runs.
  uint64_t base, slot_mask, start;
  uint32_t shift;
  uint64_t stacks, stack_bytes;
  Worker* worker;
  uint64_t image_base;
  bool profiling;
  Quiet quiet[MSIM_SLOTS];
  uint64_t counted_bytes[MSIM_SLOTS];  // of a buffer whose reads are only counted now
  AccessLog logs[MSIM_SIMD_WIDTH];
  Region buffers[MSIM_SLOTS];
  Region arrays[kMaxArrays + 1];    // [0]: before the first array
  uint8_t array_of_block[kBlocks];  // index in `arrays` of what lies there, its red zone included
  Shadow buffer_shadows[MSIM_SLOTS];
  Shadow array_shadows[kMaxArrays + 1];
  // A write that raced with another write: whether it stores the same value shows afterwards.
  Message* pending;
  uint64_t pending_address;
  uint32_t pending_bytes;
  unsigned char pending_before[32];
  // A read of a vector that nobody had set; 0: none.
  uint64_t unset_address;
  Message unset;
};

extern Checker checker __attribute__((visibility("hidden")));
extern Order device_order __attribute__((visibility("hidden")));
extern Order threadgroup_order __attribute__((visibility("hidden")));

// Starts or ends counting.
void set_profiling(bool profiling);

// One access that went wrong, or might have.
struct Suspect {
  uint64_t address;
  uint32_t bytes;
  bool is_write;
  uint64_t pc;
};

void report_out_of_bounds(const Region& region, int64_t offset, const Suspect& access);
void report_wild(const Suspect& access);  // does not return when the access is really wild
void report_write_to_constant(const Region& region, uint64_t offset, const Suspect& access);
void report_misaligned(const Region& region, int64_t offset, const Suspect& access);
// Whether anything of an element was written after `since`: parts of structures and of vectors of three are padding.
bool any_part_written(const Region& region, uint64_t element, Stamp since);
void report_uninitialised(const Region& region, uint64_t offset, const Suspect& access);
void report_race(const Region& region, uint64_t offset, const Suspect& access, Stamp earlier, bool earlier_is_write,
                 Stamp now);
bool is_untouched(uint64_t address, uint64_t bytes);
// Decides the pending questions: about equal values, and about a vector that was read before it was set.
void settle_pending();
// Where a thread of another threadgroup lies in its own (one at the edge of the grid may be told wrongly).
msim_uint3 position_in_threadgroup(const Worker& worker, uint32_t index);
// The threadgroup that ran at a moment of the device clock.
msim_uint3 threadgroup_at(Stamp stamp);

}  // namespace runtime
