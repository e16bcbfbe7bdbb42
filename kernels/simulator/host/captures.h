// Records of dispatches, so that somebody else can run them again: kernel, sizes, and the bytes of every binding. Knows
// nothing of MLX.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "simulator/dispatch.h"

namespace simulator_host {

struct CapturedBinding {
  uint32_t index;
  uint32_t direction;  // msim_direction
  bool is_bytes;
  const void* allocation;  // bindings of one allocation are of one array, or views of it
  std::vector<char> before, after;
};

struct CapturedConstant {
  uint32_t index;
  std::vector<char> value;
};

struct Capture {
  std::string kernel, file;
  msim_launch launch;  // sizes only: its pointers are dead
  std::vector<std::pair<uint32_t, uint32_t>> threadgroup_lengths;
  std::vector<CapturedConstant> constants;
  std::vector<CapturedBinding> bindings;
  bool is_complete = true;  // false: the bytes were too many, and are not here
  std::string report;       // the runtime's, as JSON
};

// Whether dispatches are recorded now. Bytes left for them.
bool captures_are_on();
bool take_from_budget(uint64_t bytes);
void keep(Capture capture);

}  // namespace simulator_host
