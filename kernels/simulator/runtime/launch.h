// What a launch has to fulfil before the kernel runs, as Metal's validation layer would ask.
#pragma once

#include "dispatch_state.h"

namespace runtime {

constexpr uint64_t kMaxThreadgroupBytes = 32768;  // of every Apple GPU

// Fills in sizes and buffers from the launch and reports what is wrong. Returns false when the kernel must not run.
bool prepare_launch(Dispatch& dispatch);
void report_threadgroup_memory(Dispatch& dispatch, const char* name, uint64_t bytes);

}  // namespace runtime
