// Stands in front of the simulator's runtime: a dispatch runs no thread, and what a kernel should have written is NaN.
// With it a submission's Metal kernels are switched off, while its C++ finds everything where it was.
#include "simulator/dispatch.h"

extern "C" __attribute__((visibility("default"))) const char* msim_dispatch(const msim_launch* launch) {
  for (unsigned i = 0; i < MSIM_SLOTS; ++i) {
    const msim_binding& binding = launch->bindings[i];
    if (binding.data == nullptr || binding.is_output != MSIM_OUTPUT) continue;
    volatile unsigned char* bytes = static_cast<volatile unsigned char*>(binding.data);
    for (uint64_t at = 0; at < binding.bytes; ++at) bytes[at] = 0xff;
  }
  return "{\"fatal\": false, \"messages\": [], \"counts\": {}, \"seconds\": 0}";
}
