// Where a kernel's memory lies: every buffer in a virtual slot of its own, so that an address tells which buffer an
// access left, and pages beyond a buffer that appear on demand, full of NaN, so that nothing crashes and results are
// visibly wrong.
#pragma once

#include <stdint.h>

#include "simulator/abi.h"

namespace runtime {

constexpr uint32_t kMaxWorkers = 8;
constexpr uint32_t kArenaSlot = MSIM_SLOTS + 1;  // one arena of threadgroup memory per worker from here on
constexpr uint32_t kSlotCount = kArenaSlot + kMaxWorkers;
constexpr uint64_t kArenaBytes = 1 << 20;  // far more than Metal's limit, which is told afterwards
constexpr uint64_t kPage = 4096;
constexpr unsigned char kPoison = 0xff;  // NaN as float, half and bfloat, -1 as an integer

class Memory {
 public:
  // Reserves address space once. Returns false when the process may not have that much.
  bool reserve();
  uint64_t base() const { return base_; }
  uint32_t shift() const { return shift_; }                // log2 of a slot's bytes
  uint64_t start() const { return 1ull << (shift_ - 1); }  // offset of a buffer in its slot
  uint64_t largest() const { return start() - (1 << 20); }
  uint64_t address(uint32_t slot) const { return base_ + (static_cast<uint64_t>(slot) << shift_) + start(); }
  bool contains(uint64_t address) const { return address - base_ < static_cast<uint64_t>(kSlotCount) << shift_; }
  uint32_t slot_of(uint64_t address) const { return static_cast<uint32_t>((address - base_) >> shift_); }

  // Makes the first `bytes` of a slot accessible and poisons the rest of the last page. Returns NULL when memory is
  // short.
  void* open(uint32_t slot, uint64_t bytes);
  // Gives large slots back; small ones stay for the next dispatch.
  void close(uint32_t slot);
  // Gives a slot back whatever its size: an access to it faults.
  void clear(uint32_t slot);
  // For the fault handler: a page of NaN at an address inside a slot. Returns false when there are too many already.
  bool add_poison_page(uint64_t address);
  // Takes the pages away that add_poison_page put there.
  void remove_poison_pages();

 private:
  static constexpr uint32_t kMaxPoisonPages = 16384;
  uint64_t base_ = 0;
  uint32_t shift_ = 0;
  uint64_t mapped_[kSlotCount] = {};
  uint64_t poison_pages_[kMaxPoisonPages] = {};
  uint32_t poison_page_count_ = 0;
};

extern Memory memory;

// Stacks of GPU threads: one region per worker, a guard below each stack.
class Stacks {
 public:
  static constexpr uint64_t kGuard = 4 * kPage;
  static constexpr uint64_t kReach = 64 << 20;

  // Room for `count` stacks; keeps the region when it is big enough. Returns false when memory is short.
  bool prepare(uint32_t count, uint64_t bytes);
  // The index of a free stack.
  uint32_t take() { return free_[--free_count_]; }
  void give_back(uint32_t stack) { free_[free_count_++] = stack; }
  // Where the first frame of that stack starts (16-byte aligned).
  uint64_t top(uint32_t stack);
  uint64_t base() const { return base_; }
  uint64_t total() const { return total_; }
  // Whether an address lies under that stack, near enough to have come from there.
  bool is_below(uint32_t stack, uint64_t address) const {
    const uint64_t end = base_ + stack * stride_ + kGuard;
    return address < end && end - address < kReach;
  }

 private:
  uint64_t base_ = 0, total_ = 0, stride_ = 0;
  uint32_t count_ = 0, free_count_ = 0;
  uint32_t free_[MSIM_MAX_THREADS] = {};
  bool usable_[MSIM_MAX_THREADS] = {};
};

}  // namespace runtime
