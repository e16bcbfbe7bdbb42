// Barriers (chapter 6.9.1) and memory orders.
#pragma once

#include "simulator/abi.h"

namespace metal {

enum class mem_flags : uint32_t {
  mem_none = MSIM_MEM_NONE,
  mem_device = MSIM_MEM_DEVICE,
  mem_threadgroup = MSIM_MEM_THREADGROUP,
  mem_device_and_threadgroup = MSIM_MEM_DEVICE | MSIM_MEM_THREADGROUP,
  mem_texture = 4,
  mem_threadgroup_imageblock = 8,
  mem_object_data = 16
};
constexpr mem_flags operator|(mem_flags a, mem_flags b) {
  return static_cast<mem_flags>(static_cast<uint32_t>(a) | static_cast<uint32_t>(b));
}
constexpr mem_flags operator&(mem_flags a, mem_flags b) {
  return static_cast<mem_flags>(static_cast<uint32_t>(a) & static_cast<uint32_t>(b));
}

enum memory_order {
  memory_order_relaxed = 0,
  memory_order_acquire = 2,
  memory_order_release = 3,
  memory_order_acq_rel = 4,
  memory_order_seq_cst = 5
};

enum thread_scope {
  thread_scope_thread = 0,
  thread_scope_threadgroup = 1,
  thread_scope_device = 2,
  thread_scope_system = 3,
  thread_scope_simdgroup = 4
};

MSIM_CONVERGENT MSIM_INLINE void threadgroup_barrier(mem_flags flags) {
  msim_threadgroup_barrier(static_cast<uint32_t>(flags));
}
MSIM_CONVERGENT MSIM_INLINE void simdgroup_barrier(mem_flags flags) {
  msim_simdgroup_barrier(static_cast<uint32_t>(flags));
}

// Fences order nothing here: threads of one worker run one at a time, and check mode does not model them.
MSIM_INLINE void atomic_thread_fence(mem_flags, memory_order = memory_order_seq_cst,
                                     thread_scope = thread_scope_device) {
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

}  // namespace metal
