#include "check.h"

#include "checker.h"

namespace runtime {

Checker checker;
Order device_order(true), threadgroup_order(false);

namespace {

Array<uint64_t> started;  // device clock at the start of each threadgroup, in the order in which they ran
Array<uint64_t> started_number;
Array<Access> log_storage;

uint32_t granule_shift(uint32_t element_bytes) {
  const uint32_t shift = element_bytes ? static_cast<uint32_t>(__builtin_ctz(element_bytes)) : 0;
  return shift < 2 ? shift : 2;
}

Region region_of(const Buffer& buffer, uint32_t index) {
  Region region = {};
  const msim_parameter* parameter = buffer.parameter;
  region.bytes = buffer.bound ? buffer.bytes : 0;
  region.order = &device_order;
  region.buffer = static_cast<int32_t>(index);
  region.element_bytes = static_cast<uint32_t>(buffer.element_bytes());
  if (!parameter) return region;
  region.name = parameter->name;
  region.type = parameter->type;
  region.uncounted = parameter->is_reference;
  region.fresh = buffer.direction == MSIM_OUTPUT;
  Shadow& shadow = checker.buffer_shadows[index];
  if (buffer.bound && !parameter->is_const && shadow.reset(buffer.bytes, granule_shift(region.element_bytes)))
    region.shadow = &shadow;
  return region;
}

void tell_unwritten(Worker& worker, const Region& region) {
  const uint64_t element_bytes = region.element_bytes ? region.element_bytes : 1;
  Message message;
  message.count = 0;
  for (uint64_t element = 0; element < region.bytes / element_bytes; ++element) {
    const uint64_t address = memory.address(static_cast<uint32_t>(region.buffer)) + element * element_bytes;
    if (any_part_written(region, element, 0) || !is_untouched(address, element_bytes)) continue;
    if (!message.count++) message.element = static_cast<int64_t>(element);
    message.last_element = static_cast<int64_t>(element);
  }
  if (!message.count) return;
  message.kind = "output-not-written";
  message.memory = "device";
  message.buffer = region.buffer;
  message.name = region.name;
  message.type = region.type;
  message.has_element = true;
  message.elements = region.bytes / element_bytes;
  snprintf(message.text, sizeof message.text, "%llu of the %llu elements (from %lld to %lld)",
           static_cast<unsigned long long>(message.count), static_cast<unsigned long long>(message.elements),
           static_cast<long long>(message.element), static_cast<long long>(message.last_element));
  worker.dispatch->messages.add(message);
}

uint64_t site_offset(const Worker& worker, const void* site) {
  return reinterpret_cast<uint64_t>(site) - 1 - worker.dispatch->image.base;
}

// The first thread in a set of lanes per simdgroup whose site is (or is not) the given one; -1: none.
template <typename Set>
int64_t first_thread(const Worker& worker, Set set, const void* site, bool at_site) {
  for (uint32_t i = 0; i < worker.context.simdgroups; ++i)
    for (uint32_t rest = set(worker.groups[i]); rest; rest &= rest - 1) {
      const uint32_t lane = static_cast<uint32_t>(__builtin_ctz(rest));
      if (!site || (worker.groups[i].sites[lane] == site) == at_site) return i * MSIM_SIMD_WIDTH + lane;
    }
  return -1;
}

Message barrier_message(const Worker& worker, const char* kind, int64_t thread, int64_t other, uint32_t waiting) {
  Message message;
  message.kind = kind;
  const uint32_t index = static_cast<uint32_t>(thread);
  message.pc = site_offset(worker, worker.groups[index / MSIM_SIMD_WIDTH].sites[index % MSIM_SIMD_WIDTH]);
  message.has_thread = message.has_other = true;
  message.thread = thread_id(worker, index);
  message.other = thread_id(worker, static_cast<uint32_t>(other));
  message.has_numbers = true;
  message.expected = worker.thread_count;
  message.got = waiting;
  return message;
}

// Reports threads that are not at the barrier where others wait.
void tell_divergence(Worker& worker) {
  const auto waiting_lanes = [](const Simdgroup& group) { return group.at_barrier; };
  const auto finished_lanes = [](const Simdgroup& group) { return group.finished; };
  uint32_t waiting = 0;
  for (uint32_t i = 0; i < worker.context.simdgroups; ++i)
    waiting += static_cast<uint32_t>(__builtin_popcount(worker.groups[i].at_barrier));
  const int64_t first = first_thread(worker, waiting_lanes, nullptr, true);
  const uint32_t index = static_cast<uint32_t>(first);
  const void* site = worker.groups[index / MSIM_SIMD_WIDTH].sites[index % MSIM_SIMD_WIDTH];
  const int64_t elsewhere = first_thread(worker, waiting_lanes, site, false);
  const int64_t finished = first_thread(worker, finished_lanes, nullptr, true);
  if (elsewhere >= 0) {
    Message message = barrier_message(worker, "barrier-divergence", first, elsewhere, waiting);
    const uint32_t other = static_cast<uint32_t>(elsewhere);
    message.other_pc = site_offset(worker, worker.groups[other / MSIM_SIMD_WIDTH].sites[other % MSIM_SIMD_WIDTH]);
    worker.dispatch->messages.add(message);
  }
  if (finished >= 0)
    worker.dispatch->messages.add(barrier_message(worker, "return-before-barrier", first, finished, waiting));
}

}  // namespace

void set_profiling(bool profiling) {
  checker.profiling = profiling;
  for (uint32_t i = 0; i < MSIM_SLOTS; ++i) {
    const Region& region = checker.buffers[i];
    const bool counted = profiling && !region.uncounted;
    checker.quiet[i] = {memory.address(i) + region.bytes, region.shadow || counted ? 0 : region.bytes};
    checker.counted_bytes[i] = counted && !region.shadow ? region.bytes : 0;
  }
}

void check_dispatch_starts(Worker& worker) {
  const Dispatch& dispatch = *worker.dispatch;
  checker.base = memory.base();
  checker.shift = memory.shift();
  checker.slot_mask = (1ull << memory.shift()) - 1;
  checker.start = memory.start();
  checker.stacks = worker.stacks.base();
  checker.stack_bytes = worker.stacks.total();
  checker.image_base = dispatch.image.base;
  note_unset_constants(dispatch.image);
  checker.pending = nullptr;
  checker.unset_address = 0;
  for (uint32_t i = 0; i < MSIM_SLOTS; ++i) checker.buffers[i] = region_of(dispatch.buffers[i], i);
  set_profiling(false);
  memset(static_cast<void*>(checker.arrays), 0, sizeof checker.arrays);
  memset(checker.array_of_block, 0, sizeof checker.array_of_block);
  checker.arrays[0].buffer = -1;
  checker.arrays[0].name = "threadgroup memory";
  device_order.start_dispatch();
  threadgroup_order.start_dispatch();
  started.clear();
  started_number.clear();
  log_storage.reserve(AccessLog::kStride * MSIM_SIMD_WIDTH);
  for (uint32_t lane = 0; lane < MSIM_SIMD_WIDTH; ++lane)
    checker.logs[lane] = {log_storage.begin() + lane * AccessLog::kStride, 0};
  checker.worker = &worker;
}

void check_dispatch_ends(Worker& worker) {
  settle_pending();
  for (Region& region : checker.buffers) {
    if (!region.shadow) continue;
    if (region.fresh && !worker.dispatch->fatal) tell_unwritten(worker, region);
    region.shadow->release_if_large();
    region.shadow = nullptr;
  }
  checker.base = checker.stacks = checker.stack_bytes = 0;  // now every access looks wild, and no worker asks
  checker.worker = nullptr;
}

void check_threadgroup_starts(Worker& worker, uint64_t number) {
  device_order.start_threadgroup();
  threadgroup_order.start_threadgroup();
  started.push(device_order.start());
  started_number.push(number);
  worker.profiled = worker.dispatch->profiles(number);
  if (worker.profiled != checker.profiling) set_profiling(worker.profiled);
  worker.counts.profiled_threadgroups += worker.profiled;
}

void check_simdgroup_starts(Worker&, uint32_t number) {
  device_order.select(number);
  threadgroup_order.select(number);
}

void check_thread_end(Worker&) { settle_pending(); }

void check_barrier(Worker& worker, uint32_t mem_flags) {
  const void* site = nullptr;
  bool together = true;
  for (uint32_t i = 0; i < worker.context.simdgroups; ++i) {
    const Simdgroup& group = worker.groups[i];
    together = together && group.at_barrier == group.all;
    for (uint32_t rest = group.at_barrier; rest && together; rest &= rest - 1) {
      const void* other = group.sites[__builtin_ctz(rest)];
      if (!site) site = other;
      together = other == site;
    }
  }
  if (!together) tell_divergence(worker);
  if (!worker.checked) return;
  settle_pending();
  if (mem_flags & MSIM_MEM_DEVICE) device_order.threadgroup_barrier();
  if (mem_flags & MSIM_MEM_THREADGROUP) threadgroup_order.threadgroup_barrier();
}

void check_simdgroup_barrier(Worker& worker, uint32_t mem_flags) {
  const uint32_t simdgroup = worker.base / MSIM_SIMD_WIDTH;
  if (mem_flags & MSIM_MEM_DEVICE) device_order.simdgroup_barrier(simdgroup);
  if (mem_flags & MSIM_MEM_THREADGROUP) threadgroup_order.simdgroup_barrier(simdgroup);
}

void check_divergent_operation(Worker& worker, const msim_simd_call& call, const void* site, uint32_t mask) {
  Message message;
  message.kind = "simdgroup-divergence";
  message.pc = site_offset(worker, site);
  message.has_thread = message.has_other = true;
  message.thread = thread_id(worker, worker.base + static_cast<uint32_t>(__builtin_ctz(mask)));
  message.other = thread_id(worker, worker.base + static_cast<uint32_t>(__builtin_ctz(worker.group->all & ~mask)));
  message.has_numbers = true;
  message.expected = static_cast<uint64_t>(__builtin_popcount(worker.group->all));
  message.got = static_cast<uint64_t>(__builtin_popcount(mask));
  snprintf(message.text, sizeof message.text, "%s with the lanes of mask 0x%08x only", call.name, mask);
  worker.dispatch->messages.add(message);
}

void check_profile_step(Worker&) { count_accesses(checker.logs); }

void check_array(Worker& worker, const ThreadgroupArray& array) {
  const uint32_t index = worker.array_count;
  Region& region = checker.arrays[index];
  region = {};
  region.bytes = array.bytes;
  region.offset = array.offset;
  region.order = &threadgroup_order;
  region.fresh = true;
  region.buffer = -1;
  region.element_bytes = array.element_bytes;
  region.name = array.name;
  Shadow& shadow = checker.array_shadows[index];
  if (shadow.reset(array.bytes, granule_shift(array.element_bytes))) region.shadow = &shadow;
  for (uint64_t block = array.offset / kRedZone; block < worker.arena_used / kRedZone; ++block)
    checker.array_of_block[block] = static_cast<uint8_t>(index);
}

msim_uint3 threadgroup_at(Stamp stamp) {
  uint64_t low = 0, high = started.size();
  while (high - low > 1) {
    const uint64_t middle = (low + high) / 2;
    if (started[middle] <= stamp)
      low = middle;
    else
      high = middle;
  }
  return checker.worker->dispatch->position_of(started_number[low]);
}

msim_uint3 position_in_threadgroup(const Worker& worker, uint32_t index) {
  const msim_uint3 size = worker.context.dispatch_size;
  return {index % size.x, index / size.x % size.y, index / size.x / size.y};
}

}  // namespace runtime
