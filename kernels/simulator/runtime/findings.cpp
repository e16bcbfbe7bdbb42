// Turns an access that went wrong into a message.
#include "checker.h"

namespace runtime {
namespace {

const Worker& worker() { return *checker.worker; }
constexpr uint32_t kSmallestVector = 8;  // bytes; a vector of 4 looks like a number
uint32_t running_thread() { return worker().base + worker().simd.lane; }

Message describe(const char* kind, const Suspect& access) {
  Message message;
  message.kind = kind;
  message.pc = access.pc;
  message.bytes = access.bytes;
  message.is_write = access.is_write;
  message.has_thread = true;
  message.thread = thread_id(worker(), running_thread());
  return message;
}

Message describe_in(const char* kind, const Region& region, int64_t offset, const Suspect& access) {
  Message message = describe(kind, access);
  const int64_t element_bytes = region.element_bytes ? region.element_bytes : 1;
  message.memory = region.buffer < 0 ? "threadgroup" : "device";
  message.buffer = region.buffer;
  message.name = region.name;
  message.type = region.type;
  message.has_element = true;
  message.element = (offset >= 0 ? offset : offset - element_bytes + 1) / element_bytes;
  message.elements = region.bytes / static_cast<uint64_t>(element_bytes);
  return message;
}

// An access that lies in no array belongs to the nearest one; `offset` becomes that array's.
const Region& nearest_array(const Region& region, int64_t* offset) {
  const int64_t at = static_cast<int64_t>(region.offset) + *offset;
  const Region* nearest = &region;
  int64_t least = INT64_MAX;
  for (const Region& array : checker.arrays) {
    if (!array.bytes) continue;
    const int64_t start = static_cast<int64_t>(array.offset), end = start + static_cast<int64_t>(array.bytes);
    const int64_t distance = at < start ? start - at : at - end + 1;
    if (distance >= least) continue;
    least = distance;
    nearest = &array;
    *offset = at - start;
  }
  return *nearest;
}

}  // namespace

void report_out_of_bounds(const Region& region, int64_t offset, const Suspect& access) {
  if (region.buffer >= 0) {
    Dispatch& dispatch = *worker().dispatch;
    const Buffer& buffer = dispatch.buffers[region.buffer];
    if (!access.is_write && buffer.may_be_loaded_early()) return;
    dispatch.messages.add(describe_in("device-out-of-bounds", region, offset, access));
    return;
  }
  const Region& array = nearest_array(region, &offset);
  worker().dispatch->messages.add(describe_in("threadgroup-out-of-bounds", array, offset, access));
}

// An access to the library's own memory: function constants lie there, and variables of the simulator's headers.
static void note_access_to_image(const Suspect& access) {
  const FunctionConstant* constant = unset_constant_at(access.address);
  if (!constant) return;
  Message message = describe("launch-function-constant", access);
  message.name = constant->name;
  snprintf(message.text, sizeof message.text, "it reads function constant %u, %s, which the host has not set",
           constant->index, constant->name);
  worker().dispatch->messages.add(message);
}

void report_wild(const Suspect& access) {
  if (!checker.worker) return;
  const uint64_t own = reinterpret_cast<uint64_t>(checker.worker);
  if (worker().dispatch->image.contains(access.address)) return note_access_to_image(access);
  if (access.address - own < sizeof(Worker)) return;
  Message message = describe("wild-access", access);
  message.ends_dispatch = true;
  snprintf(message.text, sizeof message.text, "%s of %u bytes at address 0x%llx, which is no memory of the kernel",
           access.is_write ? "write" : "read", access.bytes, static_cast<unsigned long long>(access.address));
  worker().dispatch->messages.add(message);
  worker().dispatch->fatal = 1;
  abandon(*checker.worker);
}

void report_write_to_constant(const Region& region, uint64_t offset, const Suspect& access) {
  worker().dispatch->messages.add(describe_in("write-to-constant", region, static_cast<int64_t>(offset), access));
}

void report_misaligned(const Region& region, int64_t offset, const Suspect& access) {
  worker().dispatch->messages.add(describe_in("misaligned-access", region, offset, access));
}

bool any_part_written(const Region& region, uint64_t element, Stamp since) {
  const uint64_t size = region.element_bytes ? region.element_bytes : 1, start = element * size;
  const Shadow& shadow = *region.shadow;
  const uint64_t end = start + size < region.bytes ? start + size : region.bytes;
  for (uint64_t i = start >> shadow.shift(); i << shadow.shift() < end; ++i)
    if (shadow.cells()[i].written > since) return true;
  return false;
}

// Whether memory still holds what check mode filled it with. Accesses that the compiler does not instrument leave no
// mark in the shadow, but they change this.
bool is_untouched(uint64_t address, uint64_t bytes) {
  const unsigned char* memory = reinterpret_cast<const unsigned char*>(address);
  for (uint64_t i = 0; i < bytes; ++i)
    if (memory[i] != kPoison) return false;
  return true;
}

// One component of a vector is set by reading all of it and writing all of it: the read counts only if nothing of
// the vector is set afterwards.
static void settle_unset() {
  if (!checker.unset_address) return;
  const uint64_t address = checker.unset_address;
  checker.unset_address = 0;
  if (is_untouched(address, checker.unset.bytes)) worker().dispatch->messages.add(checker.unset);
}

void report_uninitialised(const Region& region, uint64_t offset, const Suspect& access) {
  if (checker.unset_address == access.address && checker.unset.pc == access.pc) return;  // its other half
  settle_unset();
  // A structure that is copied takes its padding along, which nobody writes.
  const uint64_t element = offset / (region.element_bytes ? region.element_bytes : 1);
  if (any_part_written(region, element, region.buffer < 0 ? region.order->start() - 1 : 0)) return;
  if (!is_untouched(access.address, access.bytes)) return;
  const char* kind = region.buffer < 0 ? "threadgroup-uninitialised" : "device-uninitialised";
  checker.unset = describe_in(kind, region, static_cast<int64_t>(offset), access);
  checker.unset_address = access.address;
  const bool is_number = access.bytes < kSmallestVector && (access.bytes & (access.bytes - 1)) == 0;
  if (is_number) {
    checker.unset_address = 0;
    worker().dispatch->messages.add(checker.unset);
  }
}

void settle_pending() {
  settle_unset();
  Message* message = checker.pending;
  if (!message) return;
  checker.pending = nullptr;
  const void* address = reinterpret_cast<const void*>(checker.pending_address);
  const bool same = memcmp(address, checker.pending_before, checker.pending_bytes) == 0;
  if (!same)
    message->same_value = SameValue::kNo;
  else if (message->same_value == SameValue::kUnknown)
    message->same_value = SameValue::kYes;
}

void report_race(const Region& region, uint64_t offset, const Suspect& access, Stamp earlier, bool earlier_is_write,
                 Stamp now) {
  const Order& order = *region.order;
  const bool lockstep = order.same_simdgroup(earlier, now);
  if (lockstep && order.ordered_in_simdgroup(earlier, now)) return;
  settle_pending();
  const char* kind = lockstep ? "lockstep-race" : region.buffer < 0 ? "threadgroup-race" : "device-race";
  Message message = describe_in(kind, region, static_cast<int64_t>(offset), access);
  message.other_pc = pc_of(earlier);
  message.has_other = true;
  message.other_is_write = earlier_is_write;
  const uint32_t other = thread_of(earlier);
  if (order.same_threadgroup(earlier))
    message.other = thread_id(worker(), other);
  else
    message.other = {position_in_threadgroup(worker(), other), other, threadgroup_at(earlier)};
  Messages& messages = worker().dispatch->messages;
  Message* stored = messages.add(message);
  if (!stored) stored = messages.find(kind, message.pc, message.other_pc);
  if (!stored || !access.is_write || !earlier_is_write || access.bytes > sizeof checker.pending_before) return;
  checker.pending = stored;
  checker.pending_address = access.address;
  checker.pending_bytes = access.bytes;
  memcpy(checker.pending_before, reinterpret_cast<const void*>(access.address), access.bytes);
}

}  // namespace runtime
