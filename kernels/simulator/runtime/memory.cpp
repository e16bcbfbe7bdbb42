#include "memory.h"

#include <string.h>
#include <sys/mman.h>

namespace runtime {
namespace {

constexpr uint64_t kKeepBytes = 8 << 20;
constexpr int kReserve = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

uint64_t page_ceil(uint64_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

void* map(uint64_t address, uint64_t bytes, int protection, int flags) {
  void* mapped = mmap(reinterpret_cast<void*>(address), bytes, protection, flags, -1, 0);
  return mapped == MAP_FAILED ? nullptr : mapped;
}

}  // namespace

bool Memory::reserve() {
  if (base_) return true;
  // 64 GiB per slot, so that a 32-bit index that wrapped around still lies in the slot of its buffer; less where the
  // process has a limit on its address space.
  constexpr uint32_t kShifts[] = {36, 33, 30, 27, 25};
  for (const uint32_t shift : kShifts) {
    const uint64_t slot = 1ull << shift, total = (kSlotCount + 1) * slot;
    if (void* region = map(0, total, PROT_NONE, kReserve)) {
      shift_ = shift;
      base_ = (reinterpret_cast<uint64_t>(region) + slot - 1) / slot * slot;
      return true;
    }
  }
  return false;
}

void* Memory::open(uint32_t slot, uint64_t bytes) {
  const uint64_t start = address(slot);
  const uint64_t wanted = page_ceil(bytes ? bytes : 1);
  if (wanted != mapped_[slot]) {
    if (mapped_[slot] > wanted) map(start + wanted, mapped_[slot] - wanted, PROT_NONE, kReserve | MAP_FIXED);
    const uint64_t kept = mapped_[slot] < wanted ? mapped_[slot] : wanted;
    if (kept < wanted && !map(start + kept, wanted - kept, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_POPULATE))
      return nullptr;
    mapped_[slot] = wanted;
  }
  memset(reinterpret_cast<void*>(start + bytes), kPoison, wanted - bytes);
  return reinterpret_cast<void*>(start);
}

void Memory::close(uint32_t slot) {
  if (mapped_[slot] > kKeepBytes) clear(slot);
}

void Memory::clear(uint32_t slot) {
  if (!mapped_[slot]) return;
  map(address(slot), mapped_[slot], PROT_NONE, kReserve | MAP_FIXED);
  mapped_[slot] = 0;
}

bool Memory::add_poison_page(uint64_t address) {
  const uint32_t index = __atomic_fetch_add(&poison_page_count_, 1, __ATOMIC_RELAXED);
  if (index >= kMaxPoisonPages) return false;
  const uint64_t page = address / kPage * kPage;
  if (!map(page, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)) return false;
  memset(reinterpret_cast<void*>(page), kPoison, kPage);
  poison_pages_[index] = page;
  return true;
}

void Memory::remove_poison_pages() {
  const uint32_t count = poison_page_count_ < kMaxPoisonPages ? poison_page_count_ : kMaxPoisonPages;
  for (uint32_t i = 0; i < count; ++i)
    if (poison_pages_[i]) map(poison_pages_[i], kPage, PROT_NONE, kReserve | MAP_FIXED);
  memset(poison_pages_, 0, count * sizeof poison_pages_[0]);
  poison_page_count_ = 0;
}

bool Stacks::prepare(uint32_t count, uint64_t bytes) {
  const uint64_t stride = page_ceil(bytes) + kGuard;
  if (stride != stride_ || count > count_) {
    if (base_) munmap(reinterpret_cast<void*>(base_), total_);
    base_ = total_ = 0;
    void* region = map(0, stride * count, PROT_NONE, kReserve);
    if (!region) return false;
    base_ = reinterpret_cast<uint64_t>(region);
    stride_ = stride;
    total_ = stride * count;
    count_ = count;
    memset(usable_, 0, sizeof usable_);
  }
  // Taken from the end: the lowest stacks, warm from the last dispatch, come first.
  free_count_ = count_;
  for (uint32_t i = 0; i < count_; ++i) free_[i] = count_ - 1 - i;
  return true;
}

uint64_t Stacks::top(uint32_t stack) {
  const uint64_t low = base_ + stack * stride_;
  if (!usable_[stack]) {
    mprotect(reinterpret_cast<void*>(low + kGuard), stride_ - kGuard, PROT_READ | PROT_WRITE);
    usable_[stack] = true;
  }
  // Frames of 32 lanes at one offset in their stacks would share one set of the first-level cache.
  return low + stride_ - 128 - (stack * 17 % 61) * 128;
}

}  // namespace runtime
