// The runtime's host side: find a kernel, set function constants, run one dispatch. Called from Python and from C++.
#pragma once

#include "abi.h"

#pragma GCC visibility push(default)
extern "C" {

// How a bound buffer starts and whether it is copied back.
enum msim_direction {
  MSIM_INPUT = 0,   // copied in, never copied back
  MSIM_OUTPUT = 1,  // contents undefined before, every element should be written; copied back
  MSIM_UPDATED = 2  // copied in and back, need not be written
};

struct msim_binding {
  void* data;  // NULL: nothing bound
  uint64_t bytes;
  uint32_t is_output;  // msim_direction
  uint32_t is_bytes;   // given by set_bytes: its size is checked against the kernel's type
};

enum msim_mode { MSIM_FAST = 0, MSIM_CHECK = 1 };

struct msim_launch {
  const msim_kernel* kernel;
  const msim_binding* bindings;         // [MSIM_SLOTS]
  const uint32_t* threadgroup_lengths;  // [MSIM_SLOTS] bytes, NULL: all 0
  uint32_t grid[3], threadgroup[3];
  uint32_t grid_is_threads;  // dispatch_threads: grid counts threads, threadgroups at the edge are smaller
  uint32_t mode;             // msim_mode; MSIM_CHECK needs a kernel library compiled for it
  uint32_t order;            // 0 forward, 1 threadgroups and threads in reverse
  uint32_t poison;           // threadgroup memory and MSIM_OUTPUT buffers start as NaN
  uint32_t workers;          // CPU threads (fast mode; check mode uses one)
  uint32_t sample;           // check mode: profile every n-th threadgroup, 0: none
  double deadline_s;         // 0: none
  uint64_t stack_bytes;      // per GPU thread, 0: 64 KiB (check mode: 128 KiB)
  uint32_t max_messages;     // 0: 64
};

// Later registrations hide earlier ones of the same name.
const msim_kernel* msim_find_kernel(const char* name);
uint32_t msim_kernel_count(void);
const msim_kernel* msim_kernel_at(uint32_t index);
// Returns how many variables were set (each loaded library has its own).
int msim_set_function_constant(uint32_t index, const void* value, uint32_t bytes);
// Makes all function constants undefined again.
void msim_clear_function_constants(void);
// Runs the dispatch and returns its report as JSON, valid until the next dispatch. Never throws, never exits; one
// dispatch runs at a time. In messages and lines, `pc` is an offset from the load address of the kernel's library
// (one byte before the return address, so that it lies in the instruction that made the access).
const char* msim_dispatch(const msim_launch* launch);

}  // extern "C"
#pragma GCC visibility pop
