// One CPU thread that runs threadgroups: its GPU threads, their state and what it counts.
#pragma once

#include "counts.h"
#include "memory.h"
#include "simulator/abi.h"

namespace runtime {

struct Dispatch;

// 32 GPU threads that run in step. Each set is a mask of lanes; a lane is in one of them, or running, or finished.
struct Simdgroup {
  uint32_t all;         // lanes that exist
  uint32_t unstarted;   // no stack yet
  uint32_t ready;       // can go on
  uint32_t at_simd;     // wait at a simd operation
  uint32_t at_barrier;  // wait at a threadgroup barrier
  uint32_t parked;      // gave way because the profile's log is full
  uint32_t finished;
  bool mixed;              // the lanes in at_simd wait at different sites
  const void* first_site;  // of the first that came
  void* stack_pointers[MSIM_SIMD_WIDTH];
  uint32_t stacks[MSIM_SIMD_WIDTH];
  const void* sites[MSIM_SIMD_WIDTH];
  const msim_simd_call* calls[MSIM_SIMD_WIDTH];
  uint32_t barrier_flags[MSIM_SIMD_WIDTH];
};

// A variable or argument in threadgroup memory.
struct ThreadgroupArray {
  uint64_t key;
  uint64_t offset, bytes;  // in the arena
  uint32_t element_bytes;
  const char* name;
};

constexpr uint32_t kMaxArrays = 64;
constexpr uint64_t kRedZone = 256;  // bytes between two arrays, and their alignment

struct Worker {
  msim_simd simd;  // simd.lane is the lane that runs
  Simdgroup* group;
  uint32_t base;  // index in the threadgroup of lane 0 of `group`
  bool reversed;
  bool running;  // a GPU thread runs, not the scheduler
  bool profiled;
  bool checked;
  void* scheduler;  // its stack pointer while a GPU thread runs
  Dispatch* dispatch;
  Simdgroup groups[MSIM_MAX_THREADS / MSIM_SIMD_WIDTH];
  msim_threadgroup context;
  msim_thread threads[MSIM_MAX_THREADS];
  uint32_t thread_count;
  Stacks stacks;
  uint32_t number;
  uint64_t arena, arena_used;
  ThreadgroupArray arrays[kMaxArrays];
  uint32_t array_count;
  Counts counts;
};

// The worker of this CPU thread, NULL outside a dispatch.
extern __thread Worker* current __attribute__((tls_model("initial-exec"), visibility("hidden")));

inline uint32_t bit(uint32_t lane) { return 1u << lane; }

// The next lane to run out of a mask that is not empty.
inline uint32_t pick(const Worker& worker, uint32_t lanes) {
  return static_cast<uint32_t>(worker.reversed ? 31 - __builtin_clz(lanes) : __builtin_ctz(lanes));
}

// Runs one threadgroup, given by its number in the grid. Returns false when the dispatch has to end.
bool run_threadgroup(Worker& worker, uint64_t number);

// Gives an array its place in the arena, or returns NULL when the arena is full.
const ThreadgroupArray* place_array(Worker& worker, const ThreadgroupArray& wanted);

// Ends the dispatch from inside a GPU thread, whose stack is given up.
[[noreturn]] void abandon(Worker& worker);

// Gives way to the other lanes of the simdgroup: the profile's log of the running lane is full.
void park(Worker& worker);

}  // namespace runtime
