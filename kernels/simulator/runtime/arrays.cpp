// Threadgroup memory: one arena per worker, in which each array has red zones around it.
#include "check.h"
#include "launch.h"

namespace runtime {

const ThreadgroupArray* place_array(Worker& worker, const ThreadgroupArray& wanted) {
  const uint64_t offset = worker.arena_used;
  const uint64_t end = (offset + wanted.bytes + 2 * kRedZone - 1) / kRedZone * kRedZone;
  if (worker.array_count == kMaxArrays || end > kArenaBytes) return nullptr;
  ThreadgroupArray& array = worker.arrays[worker.array_count++];
  array = wanted;
  array.offset = offset;
  worker.arena_used = end;
  if (worker.dispatch->poisoned()) memset(reinterpret_cast<void*>(worker.arena + offset), kPoison, end - offset);
  if (worker.checked) check_array(worker, array);
  return &array;
}

}  // namespace runtime

using namespace runtime;

void* msim_threadgroup_array(uint64_t key, uint64_t bytes, uint32_t, uint32_t element_bytes, const char* name,
                             uint32_t) {
  Worker& worker = *current;
  for (uint32_t i = 0; i < worker.array_count; ++i)
    if (worker.arrays[i].key == key) return reinterpret_cast<void*>(worker.arena + worker.arrays[i].offset);
  const ThreadgroupArray* array = place_array(worker, {key, 0, bytes, element_bytes, name});
  if (array) return reinterpret_cast<void*>(worker.arena + array->offset);
  report_threadgroup_memory(*worker.dispatch, name, worker.arena_used + bytes);
  abandon(worker);
}
