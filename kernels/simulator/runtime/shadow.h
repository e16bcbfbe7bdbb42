// Who last wrote and read each piece of memory: what tells a race from an order.
//
// Time is a clock per kind of memory that ticks at every barrier that orders it. A stamp is a moment of one thread:
// clock, whether the access was atomic, thread, place in the code. Two accesses by different threads conflict when no
// barrier lies between them; within a simdgroup a simdgroup barrier is enough.
#pragma once

#include <stdint.h>

#include "simulator/abi.h"

namespace runtime {

using Stamp = uint64_t;  // 0: nobody
constexpr uint32_t kPcBits = 21, kThreadBits = 10;
constexpr uint32_t kClockShift = kPcBits + kThreadBits + 1;
constexpr Stamp kAtomic = 1ull << (kPcBits + kThreadBits);

inline uint32_t thread_of(Stamp s) { return static_cast<uint32_t>(s >> kPcBits) & ((1u << kThreadBits) - 1); }
inline uint32_t pc_of(Stamp s) { return static_cast<uint32_t>(s) & ((1u << kPcBits) - 1); }
inline Stamp thread_stamp(uint32_t thread) { return static_cast<Stamp>(thread) << kPcBits; }
// Libraries of kernels are small; a place that does not fit is told as unknown.
inline Stamp pc_stamp(uint64_t pc) { return pc >> kPcBits ? 0 : pc; }

// For one granule of memory. Two readers are kept, of different simdgroups where there are such: whoever writes next
// conflicts with one of them if it conflicts with any.
struct Cell {
  Stamp written, read, read_before;
};

// The order of accesses to one kind of memory (device or threadgroup), for the threadgroup that runs.
class Order {
 public:
  explicit constexpr Order(bool outlives_threadgroup) : outlives_threadgroup_(outlives_threadgroup) {}
  void start_dispatch() { clock_ = 0; }
  void start_threadgroup();
  void threadgroup_barrier();
  void simdgroup_barrier(uint32_t simdgroup);
  void select(uint32_t simdgroup) { now_ = of_simdgroup_[simdgroup]; }

  Stamp now() const { return now_; }
  Stamp start() const { return start_; }
  // Whether `earlier` is of another thread, with no threadgroup barrier since.
  bool unordered(Stamp earlier, Stamp now) const {
    if (earlier - ordered_from_ < ordered_span_) return false;
    const bool same_thread = thread_of(earlier) == thread_of(now) && earlier >= start_;
    return !same_thread && earlier != 0;
  }
  bool may_conflict(Stamp earlier, Stamp now) const { return unordered(earlier, now) && !(earlier & now & kAtomic); }
  // Whether the two readers of a cell stand for the one at `now` too: both read since the last barrier, and they are of
  // different groups, or of its own.
  bool readers_suffice(const Cell& cell, Stamp now) const {
    constexpr uint32_t kGroupShift =
        kPcBits + 5;  // of a stamp: the thread's simdgroup, and above it atomicity and time
    constexpr Stamp kGroups = 31;
    if (cell.read < since_ || ((cell.read | cell.read_before) & kAtomic)) return false;
    if (cell.read_before < since_) return outlives_threadgroup_ && cell.read_before != 0 && cell.read_before < start_;
    const Stamp group = cell.read >> kGroupShift & kGroups;
    if (group != (cell.read_before >> kGroupShift & kGroups)) return true;
    // A simdgroup barrier orders those of its own group that read before it.
    return group == (now >> kGroupShift & kGroups) && cell.read >= now_ && cell.read_before >= now_;
  }
  bool same_threadgroup(Stamp earlier) const { return earlier >= start_; }
  bool same_simdgroup(Stamp earlier, Stamp now) const {
    return same_threadgroup(earlier) && thread_of(earlier) / MSIM_SIMD_WIDTH == thread_of(now) / MSIM_SIMD_WIDTH;
  }
  // Within one simdgroup: a simdgroup barrier lies between.
  bool ordered_in_simdgroup(Stamp earlier, Stamp now) const { return earlier >> kClockShift != now >> kClockShift; }

 private:
  Stamp tick() { return ++clock_ << kClockShift; }
  void set_all(Stamp time);

  bool outlives_threadgroup_;  // device memory: threadgroups of a dispatch are never ordered
  uint64_t clock_ = 0;
  Stamp now_ = 0, start_ = 0, since_ = 0;      // of the simdgroup; of the threadgroup; of the last barrier
  Stamp ordered_from_ = 0, ordered_span_ = 0;  // stamps in [from, from + span) lie before the last barrier
  Stamp of_simdgroup_[MSIM_MAX_THREADS / MSIM_SIMD_WIDTH] = {};
};

// Cells for a stretch of memory. A granule is as small as the smallest access so far, so that neighbouring bytes of
// different threads are never mixed up.
class Shadow {
 public:
  // Cells for `bytes` bytes, all empty. Returns false when memory is short.
  bool reset(uint64_t bytes, uint32_t granule_shift);
  void release_if_large();
  bool fits(uint64_t offset, uint32_t bytes) const { return ((offset | bytes) & ((1u << shift_) - 1)) == 0; }
  // Makes granules so small that this access covers whole ones.
  void refine(uint64_t offset, uint32_t bytes);
  Cell* cells() const { return cells_; }
  uint32_t shift() const { return shift_; }
  uint64_t count() const { return count_; }

 private:
  Cell* allocate(uint64_t count, uint64_t* mapped_bytes);

  Cell* cells_ = nullptr;
  uint64_t count_ = 0, mapped_bytes_ = 0, bytes_ = 0;
  uint32_t shift_ = 2;
};

}  // namespace runtime
