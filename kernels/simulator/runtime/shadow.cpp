#include "shadow.h"

#include <string.h>
#include <sys/mman.h>

namespace runtime {
namespace {

constexpr uint64_t kKeepBytes = 8 << 20;

}  // namespace

void Order::set_all(Stamp time) {
  for (Stamp& stamp : of_simdgroup_) stamp = time;
  now_ = since_ = time;
}

void Order::start_threadgroup() {
  start_ = tick();
  set_all(start_);
  // Threadgroup memory starts anew, so nothing from before conflicts; device memory has seen other threadgroups.
  ordered_from_ = outlives_threadgroup_ ? start_ : 0;
  ordered_span_ = outlives_threadgroup_ ? 0 : start_;
}

void Order::threadgroup_barrier() {
  const Stamp time = tick();
  set_all(time);
  ordered_span_ = time - ordered_from_;
}

void Order::simdgroup_barrier(uint32_t simdgroup) { now_ = of_simdgroup_[simdgroup] = tick(); }

Cell* Shadow::allocate(uint64_t count, uint64_t* mapped_bytes) {
  *mapped_bytes = (count * sizeof(Cell) + 4095) / 4096 * 4096;
  void* mapped =
      mmap(nullptr, *mapped_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return mapped == MAP_FAILED ? nullptr : static_cast<Cell*>(mapped);
}

bool Shadow::reset(uint64_t bytes, uint32_t granule_shift) {
  bytes_ = bytes;
  shift_ = granule_shift;
  count_ = (bytes >> shift_) + 1;
  if (cells_ && count_ * sizeof(Cell) <= mapped_bytes_) {
    memset(static_cast<void*>(cells_), 0, count_ * sizeof(Cell));
    return true;
  }
  if (cells_) munmap(static_cast<void*>(cells_), mapped_bytes_);
  cells_ = allocate(count_, &mapped_bytes_);
  return cells_ != nullptr;
}

void Shadow::release_if_large() {
  if (!cells_ || mapped_bytes_ <= kKeepBytes) return;
  munmap(static_cast<void*>(cells_), mapped_bytes_);
  cells_ = nullptr;
  mapped_bytes_ = 0;
}

void Shadow::refine(uint64_t offset, uint32_t bytes) {
  const uint32_t finer = static_cast<uint32_t>(__builtin_ctzll(offset | bytes));
  const uint32_t factor = 1u << (shift_ - finer);
  uint64_t mapped_bytes;
  const uint64_t count = (bytes_ >> finer) + factor;
  Cell* cells = allocate(count, &mapped_bytes);
  if (!cells) return;  // short of memory: coarse granules may tell a race of neighbours
  for (uint64_t i = 0; i < count_; ++i) {
    if (!(cells_[i].written | cells_[i].read)) continue;
    for (uint64_t k = i * factor; k < (i + 1) * factor && k < count; ++k) cells[k] = cells_[i];
  }
  munmap(static_cast<void*>(cells_), mapped_bytes_);
  cells_ = cells;
  count_ = count;
  mapped_bytes_ = mapped_bytes;
  shift_ = finer;
}

}  // namespace runtime
