// What check mode looks at while a dispatch runs: called by the scheduler at the places where threads meet.
#pragma once

#include "dispatch_state.h"

namespace runtime {

// Prepares shadows for the buffers of a dispatch. `worker` is the only one.
void check_dispatch_starts(Worker& worker);
// Reports what only shows at the end, such as outputs that nobody wrote.
void check_dispatch_ends(Worker& worker);
void check_threadgroup_starts(Worker& worker, uint64_t number);
void check_simdgroup_starts(Worker& worker, uint32_t number);
void check_thread_end(Worker& worker);
// A barrier of all modes: reports threads that do not take part; in check mode it orders memory too.
void check_barrier(Worker& worker, uint32_t mem_flags);
void check_simdgroup_barrier(Worker& worker, uint32_t mem_flags);
void check_divergent_operation(Worker& worker, const msim_simd_call& call, const void* site, uint32_t mask);
// Counts the accesses that the lanes of the running simdgroup made since the last step.
void check_profile_step(Worker& worker);
// An array of threadgroup memory came to be.
void check_array(Worker& worker, const ThreadgroupArray& array);

}  // namespace runtime
