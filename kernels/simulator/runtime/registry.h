// Which kernels and function constants the loaded libraries brought.
#pragma once

#include "simulator/dispatch.h"

namespace runtime {

// Where a kernel's library lies in memory.
struct Image {
  uint64_t base = 0, low = 0, high = 0;
  bool contains(uint64_t address) const { return address - low < high - low; }
};

Image image_of(const void* address);

struct FunctionConstant {
  uint32_t index, bytes;
  void* storage;
  const char* name;
  bool* is_defined;
};
// Notes which constants of a library the host has not set, for unset_constant_at.
void note_unset_constants(const Image& image);
// The constant at that address that is not set; NULL: none.
const FunctionConstant* unset_constant_at(uint64_t address);

}  // namespace runtime
