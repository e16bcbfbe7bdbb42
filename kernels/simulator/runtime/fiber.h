// Switching between stacks (fiber_x86_64.S, fiber_arm64.S).
#pragma once

#include <stdint.h>

extern "C" {
void msim_fiber_switch(void** save, void* resume);
extern const char msim_fiber_resume[];  // an address for a signal handler to continue at, not a function to call
}

namespace runtime {

// Prepares a stack so that switching to the returned stack pointer calls `entry`, which must not return.
inline void* new_fiber(uint64_t top, void (*entry)()) {
#if defined(__x86_64__)
  // Six saved registers, the address to return to, and what would be entry's own return address.
  uint64_t* stack = reinterpret_cast<uint64_t*>(top) - 8;
  for (int i = 0; i < 8; ++i) stack[i] = 0;
  stack[6] = reinterpret_cast<uint64_t>(entry);
#elif defined(__aarch64__)
  uint64_t* stack = reinterpret_cast<uint64_t*>(top) - 20;
  for (int i = 0; i < 20; ++i) stack[i] = 0;
  stack[11] = reinterpret_cast<uint64_t>(entry);  // x30
#else
#error "the Metal simulator runs on x86-64 and arm64"
#endif
  return stack;
}

}  // namespace runtime
