// The hooks that instrumented kernels call before each access to memory (the interface of -fsanitize=thread).
//
// Private memory returns after two comparisons, read-only buffers after a check of bounds; the rest looks at its
// shadow. Covered: accesses of 1, 2, 4, 8 and 16 bytes, copies and fills of any size, atomics; vectors of other sizes
// where `vector_accesses.py` put a call.
#include "check.h"
#include "checker.h"

namespace runtime {
namespace {

// Where and by whom: what every step below needs to know of one access.
struct Moment {
  uint64_t address, pc;
  Stamp now;
};

template <uint32_t Bytes, bool IsWrite>
Suspect suspect(const Moment& moment) {
  return {moment.address, Bytes, IsWrite, moment.pc};
}

// Problems are rare: what describes them stays out of the way of all other accesses.
template <uint32_t Bytes, bool IsWrite>
__attribute__((noinline, cold)) void conflict(const Region& region, uint64_t offset, Moment moment, Stamp earlier,
                                              bool earlier_is_write) {
  report_race(region, offset, suspect<Bytes, IsWrite>(moment), earlier, earlier_is_write, moment.now);
}
template <uint32_t Bytes>
__attribute__((noinline, cold)) void uninitialised(const Region& region, uint64_t offset, Moment moment) {
  report_uninitialised(region, offset, suspect<Bytes, false>(moment));
}
template <uint32_t Bytes, bool IsWrite>
__attribute__((noinline, cold)) void out_of_bounds(const Region& region, uint64_t offset, Moment moment) {
  report_out_of_bounds(region, static_cast<int64_t>(offset), suspect<Bytes, IsWrite>(moment));
}

template <uint32_t Bytes>
inline void note_read(const Region& region, const Order& order, Cell& cell, uint64_t offset, const Moment& moment) {
  const Stamp now = moment.now;
  if ((cell.read ^ now) >> kPcBits == 0 || order.readers_suffice(cell, now)) return;
  if (order.may_conflict(cell.written, now)) conflict<Bytes, false>(region, offset, moment, cell.written, true);
  if (cell.written < order.start() && region.fresh && (region.buffer < 0 || !cell.written))
    uninitialised<Bytes>(region, offset, moment);
  if (order.unordered(cell.read, now)) {
    const bool other_group = !order.same_simdgroup(cell.read, now);
    const bool has_other_group = order.unordered(cell.read_before, now) && !order.same_simdgroup(cell.read_before, now);
    if (other_group || !has_other_group) cell.read_before = cell.read;
  }
  cell.read = now;
}

template <uint32_t Bytes>
inline void note_write(const Region& region, const Order& order, Cell& cell, uint64_t offset, const Moment& moment) {
  const Stamp now = moment.now;
  if (order.may_conflict(cell.written, now)) conflict<Bytes, true>(region, offset, moment, cell.written, true);
  if (cell.read) {
    if (order.may_conflict(cell.read_before, now))
      conflict<Bytes, true>(region, offset, moment, cell.read_before, false);
    if (order.may_conflict(cell.read, now)) conflict<Bytes, true>(region, offset, moment, cell.read, false);
    // Whoever comes later and conflicts with these readers conflicts with this write too, unless both are atomic.
    if (!(now & kAtomic)) cell.read = cell.read_before = 0;
  }
  cell.written = now;
}

// Looks at every granule of an access that lies inside a region with a shadow.
template <uint32_t Bytes, bool IsWrite>
inline void note(const Region& region, const Order& order, uint64_t offset, uint64_t address, uint64_t pc,
                 Stamp flags) {
  Shadow& shadow = *region.shadow;
  if (!shadow.fits(offset, Bytes)) shadow.refine(offset, Bytes);
  const uint32_t shift = shadow.shift();
  Cell* cell = shadow.cells() + (offset >> shift);
  Cell* const end = shadow.cells() + ((offset + Bytes - 1) >> shift) + 1;
  const Worker& worker = *checker.worker;
  const Moment moment{address, pc, order.now() | thread_stamp(worker.base + worker.simd.lane) | pc_stamp(pc) | flags};
  for (; cell != end; ++cell, offset += 1ull << shift) {
    if (IsWrite)
      note_write<Bytes>(region, order, *cell, offset, moment);
    else
      note_read<Bytes>(region, order, *cell, offset, moment);
  }
}

__attribute__((noinline, cold)) void wait_for_log() { park(*checker.worker); }

inline void log_access(uint64_t address, uint32_t bytes, bool is_write, uint64_t pc) {
  AccessLog& log = checker.logs[checker.worker->simd.lane];
  if (__builtin_expect(log.count == AccessLog::kCapacity, 0)) wait_for_log();
  log.accesses[log.count++] = {address, static_cast<uint32_t>(pc), static_cast<uint16_t>(bytes), is_write};
}

template <uint32_t Bytes, bool IsWrite>
__attribute__((noinline)) void look_in_arena(uint64_t address, uint64_t at, uint64_t pc, Stamp flags) {
  const Region& region = checker.arrays[at < kArenaBytes ? checker.array_of_block[at / kRedZone] : 0];
  const uint64_t offset = at - region.offset;
  if (offset >= region.bytes || region.bytes - offset < Bytes)
    return out_of_bounds<Bytes, IsWrite>(region, offset, {address, pc, 0});
  if (checker.profiling) log_access(address, Bytes, IsWrite, pc);
  if (region.shadow) note<Bytes, IsWrite>(region, threadgroup_order, offset, address, pc, flags);
}

// The most common access to threadgroup memory: a read of one granule that leaves its cell as it is.
template <uint32_t Bytes>
inline bool leaves_no_trace(uint64_t at) {
  if (at >= kArenaBytes || checker.profiling) return false;
  const Region& region = checker.arrays[checker.array_of_block[at / kRedZone]];
  const uint64_t offset = at - region.offset;
  if (offset >= region.bytes || region.bytes - offset < Bytes || !region.shadow) return false;
  const Shadow& shadow = *region.shadow;
  if (Bytes >> shadow.shift() != 1 || !shadow.fits(offset, Bytes)) return false;
  const Cell& cell = shadow.cells()[offset >> shadow.shift()];
  const Worker& worker = *checker.worker;
  const Stamp now = threadgroup_order.now() | thread_stamp(worker.base + worker.simd.lane);
  return (cell.read ^ now) >> kPcBits == 0 || threadgroup_order.readers_suffice(cell, now);
}

template <uint32_t Bytes, bool IsWrite>
__attribute__((noinline)) void look_in_buffer(uint64_t address, uint64_t slot, uint64_t at, uint64_t pc, Stamp flags) {
  const Region& region = checker.buffers[slot];
  if (at >= region.bytes || region.bytes - at < Bytes)
    return out_of_bounds<Bytes, IsWrite>(region, at, {address, pc, 0});
  if (checker.profiling && !region.uncounted) log_access(address, Bytes, IsWrite, pc);
  if (region.shadow)
    note<Bytes, IsWrite>(region, device_order, at, address, pc, flags);
  else if (IsWrite)
    report_write_to_constant(region, at, {address, Bytes, IsWrite, pc});
}

template <uint32_t Bytes, bool IsWrite>
__attribute__((noinline)) void look_closely(const void* pointer, const void* site, Stamp flags) {
  const uint64_t address = reinterpret_cast<uint64_t>(pointer);
  const uint64_t offset = address - checker.base, slot = offset >> checker.shift;
  const uint64_t at = (offset & checker.slot_mask) - checker.start;
  const uint64_t pc = reinterpret_cast<uint64_t>(site) - 1 - checker.image_base;
  if (slot < MSIM_SLOTS) {
    if (!IsWrite && at < checker.counted_bytes[slot] && checker.counted_bytes[slot] - at >= Bytes)
      return log_access(address, Bytes, false, pc);
    look_in_buffer<Bytes, IsWrite>(address, slot, at, pc, flags);
  } else if (slot < kSlotCount) {
    if (!IsWrite && leaves_no_trace<Bytes>(at)) return;
    look_in_arena<Bytes, IsWrite>(address, at, pc, flags);
  } else if (address - checker.stacks >= checker.stack_bytes) {
    report_wild({address, Bytes, IsWrite, pc});
  }
}

// Most accesses end here, with no stack frame: private memory, and reads of buffers that nobody writes.
template <uint32_t Bytes, bool IsWrite>
inline __attribute__((always_inline)) void look_at(const void* pointer, const void* site, Stamp flags = 0) {
  const uint64_t address = reinterpret_cast<uint64_t>(pointer);
  const uint64_t slot = (address - checker.base) >> checker.shift;
  if (slot < MSIM_SLOTS) {
    const uint64_t left = checker.quiet[slot].end - address;
    if (!IsWrite && left >= Bytes && left <= checker.quiet[slot].bytes) return;
  } else if (slot >= kSlotCount && address - checker.stacks < checker.stack_bytes) {
    return;
  }
  look_closely<Bytes, IsWrite>(pointer, site, flags);
}

template <uint32_t Bytes, bool IsWrite>
__attribute__((noinline, cold)) void misaligned(const void* pointer, const void* site) {
  const uint64_t address = reinterpret_cast<uint64_t>(pointer);
  const uint64_t pc = reinterpret_cast<uint64_t>(site) - 1 - checker.image_base;
  const uint64_t offset = address - checker.base, slot = offset >> checker.shift;
  const uint64_t at = (offset & checker.slot_mask) - checker.start;
  if (slot < kSlotCount) {
    const bool in_arena = slot >= MSIM_SLOTS;
    const Region& region =
        in_arena ? checker.arrays[at < kArenaBytes ? checker.array_of_block[at / kRedZone] : 0] : checker.buffers[slot];
    report_misaligned(region, static_cast<int64_t>(at - (in_arena ? region.offset : 0)), {address, Bytes, IsWrite, pc});
  }
  look_at<Bytes, IsWrite>(pointer, site);
}

// An access of which the compiler was told that it is aligned; vectors of 16 bytes may have been promised 8 alone.
template <uint32_t Bytes, bool IsWrite>
inline __attribute__((always_inline)) void look_at_aligned(const void* pointer, const void* site) {
  const uint64_t address = reinterpret_cast<uint64_t>(pointer);
  if (__builtin_expect(address & ((Bytes < 8 ? Bytes : 8) - 1), 0)) return misaligned<Bytes, IsWrite>(pointer, site);
  look_at<Bytes, IsWrite>(pointer, site);
}

template <bool IsWrite>
void look_at_size(const void* pointer, uint32_t bytes, const void* site, Stamp flags = 0) {
  switch (bytes) {
    case 1:
      return look_at<1, IsWrite>(pointer, site, flags);
    case 2:
      return look_at<2, IsWrite>(pointer, site, flags);
    case 4:
      return look_at<4, IsWrite>(pointer, site, flags);
    case 8:
      return look_at<8, IsWrite>(pointer, site, flags);
    default:
      return look_at<16, IsWrite>(pointer, site, flags);
  }
}

// A copy or fill counts as accesses of 16 bytes and a rest of powers of two.
template <bool IsWrite>
void look_at_range(const void* pointer, uint64_t bytes, const void* site) {
  const char* at = static_cast<const char*>(pointer);
  while (bytes) {
    uint32_t step = 16;
    while (step > bytes) step /= 2;
    look_at_size<IsWrite>(at, step, site);
    at += step;
    bytes -= step;
  }
}

}  // namespace
}  // namespace runtime

using namespace runtime;

#define SITE __builtin_return_address(0)
#define HOOKS(N)                                                                                        \
  void __tsan_read##N(void* p) { look_at_aligned<N, false>(p, SITE); }                                  \
  void __tsan_write##N(void* p) { look_at_aligned<N, true>(p, SITE); }                                  \
  void __tsan_unaligned_read##N(void* p) { look_at<N, false>(p, SITE); }                                \
  void __tsan_unaligned_write##N(void* p) { look_at<N, true>(p, SITE); }                                \
  void __tsan_read_write##N(void* p) { look_at_aligned<N, false>(p, SITE), look_at<N, true>(p, SITE); } \
  void __tsan_unaligned_read_write##N(void* p) { look_at<N, false>(p, SITE), look_at<N, true>(p, SITE); }

#pragma GCC visibility push(default)
extern "C" {
HOOKS(1)
HOOKS(2)
HOOKS(4)
HOOKS(8)
HOOKS(16)
void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_vptr_update(void**, void*) {}
void __tsan_vptr_read(void**) {}
void __tsan_read_range(void* p, uint64_t bytes) { look_at_range<false>(p, bytes, SITE); }
void __tsan_write_range(void* p, uint64_t bytes) { look_at_range<true>(p, bytes, SITE); }
void* __tsan_memcpy(void* to, const void* from, uint64_t bytes) {
  look_at_range<false>(from, bytes, SITE);
  look_at_range<true>(to, bytes, SITE);
  return memcpy(to, from, bytes);
}
void* __tsan_memmove(void* to, const void* from, uint64_t bytes) {
  look_at_range<false>(from, bytes, SITE);
  look_at_range<true>(to, bytes, SITE);
  return memmove(to, from, bytes);
}
void* __tsan_memset(void* to, int value, uint64_t bytes) {
  look_at_range<true>(to, bytes, SITE);
  return memset(to, value, bytes);
}
}
#pragma GCC visibility pop

template <bool IsWrite>
static void look_at_vector(const void* pointer, uint64_t bytes, const void* site) {
  switch (bytes) {
    case 3:
      return look_at<3, IsWrite>(pointer, site);
    case 6:
      return look_at<6, IsWrite>(pointer, site);
    case 12:
      return look_at<12, IsWrite>(pointer, site);
    case 24:
      return look_at<24, IsWrite>(pointer, site);
    case 32:
      return look_at<32, IsWrite>(pointer, site);
    default:
      return look_at_range<IsWrite>(pointer, bytes, site);
  }
}

void msim_note_vector(const void* address, uint64_t bytes, uint32_t is_write) {
  if (is_write)
    look_at_vector<true>(address, bytes, SITE);
  else
    look_at_vector<false>(address, bytes, SITE);
}

void msim_note_atomic(const void* address, uint32_t bytes, uint32_t kind, const void* site) {
  if (!checker.worker) return;
  if (kind != MSIM_ATOMIC_STORE) look_at_size<false>(address, bytes, site, kAtomic);
  if (kind != MSIM_ATOMIC_LOAD) look_at_size<true>(address, bytes, site, kAtomic);
}
