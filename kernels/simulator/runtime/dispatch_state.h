// One dispatch while it runs.
#pragma once

#include "messages.h"
#include "registry.h"
#include "worker.h"

namespace runtime {

// A bound buffer.
struct Buffer {
  void* host = nullptr;
  uint64_t bytes = 0;
  uint32_t direction = MSIM_INPUT;
  bool bound = false;
  const msim_parameter* parameter = nullptr;  // NULL: bound, but the kernel has no such argument
  bool is_missing() const { return parameter && !bound; }
  uint64_t element_bytes() const { return parameter && parameter->element_bytes ? parameter->element_bytes : 1; }
  // The compiler may load what a reference refers to before the branch that needs it: of an argument that a function
  // constant switches off, such a load is no mistake of the kernel's.
  bool may_be_loaded_early() const { return !bound && parameter && parameter->is_optional && parameter->is_reference; }
};

struct Dispatch {
  const msim_launch* launch = nullptr;
  const msim_kernel* kernel = nullptr;
  Image image;
  Buffer buffers[MSIM_SLOTS];
  msim_uint3 size{}, threadgroups{}, threads{};  // threads per threadgroup, threadgroups, threads of the grid
  uint64_t threadgroup_count = 0;
  uint64_t next = 0;  // the next threadgroup to run
  uint32_t stop = 0;  // set when the dispatch has to end early
  uint32_t fatal = 0;
  uint64_t threadgroup_bytes = 0;
  Messages messages;

  bool checked() const { return launch->mode == MSIM_CHECK; }
  bool poisoned() const { return launch->poison || checked(); }
  // Whether that threadgroup's accesses are counted.
  bool profiles(uint64_t number) const { return checked() && launch->sample && number % launch->sample == 0; }
  msim_uint3 position_of(uint64_t number) const {
    return {static_cast<uint32_t>(number % threadgroups.x),
            static_cast<uint32_t>(number / threadgroups.x % threadgroups.y),
            static_cast<uint32_t>(number / threadgroups.x / threadgroups.y)};
  }
};

// The running thread, for a message.
ThreadId thread_id(const Worker& worker, uint32_t index);

}  // namespace runtime
