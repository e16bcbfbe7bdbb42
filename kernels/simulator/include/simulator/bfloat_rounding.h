// The conversion from float to bfloat that the compiler calls where the processor has no instruction for it. Defined
// here because neither the compiler's own library nor libgcc before version 13 offers it to a shared library.
#pragma once

#include "simulator/scalar.h"

extern "C" __attribute__((weak, visibility("hidden"), used, disable_sanitizer_instrumentation)) bfloat
__truncsfbf2(float x) {
  uint bits = __builtin_bit_cast(uint, x);
  // Round to nearest, ties to even; a NaN stays one although its payload loses its low half.
  uint rounded = bits + 0x7fffu + (bits >> 16 & 1u);
  uint quiet = bits | 0x400000u;
  return __builtin_bit_cast(bfloat, static_cast<ushort>((x != x ? quiet : rounded) >> 16));
}
