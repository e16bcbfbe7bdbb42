// Compiles one file once for each instruction set of this architecture, into namespaces of their own.
//
//   #define KERNELS_FILE "my_loops.h"     // no #pragma once in it, no #include of anything that is not in simd.h
//   #include "kernels/foreach_isa.h"      // at file scope
//
// gives kernels::plain::f, kernels::avx2::f, kernels::avx512::f (x86-64) or kernels::plain::f, kernels::neon::f (arm64)
// for each f of the file; KERNELS_DISPATCH(f) is the one for this machine. In the file, KERNELS_NS is the namespace and
// KERNELS_AVX2 and KERNELS_AVX512 are 1 or 0.
//
// Why not -march on the whole file: the linker keeps one copy of each inline function of the standard library, and if
// that is the one with AVX, the build dies on a machine without it. A lambda does not inherit the region's instruction
// set (GCC and Clang alike): write functions or structs in the file.
#include "kernels/simd_headers.h"

#if defined(__clang__)
#define KERNELS_TARGET_BEGIN(features) \
  KERNELS_PRAGMA(clang attribute push(__attribute__((target(features))), apply_to = function))
#define KERNELS_TARGET_END KERNELS_PRAGMA(clang attribute pop)
#else
#define KERNELS_TARGET_BEGIN(features) KERNELS_PRAGMA(GCC push_options) KERNELS_PRAGMA(GCC target(features))
#define KERNELS_TARGET_END KERNELS_PRAGMA(GCC pop_options)
#endif
#define KERNELS_PRAGMA(text) _Pragma(#text)

#define KERNELS_AVX2 0
#define KERNELS_AVX512 0
#define KERNELS_NS plain
#include KERNELS_FILE
#undef KERNELS_NS

#if defined(__x86_64__)

#undef KERNELS_AVX2
#define KERNELS_AVX2 1
#define KERNELS_NS avx2
KERNELS_TARGET_BEGIN("avx2,fma,f16c,bmi,bmi2")
#include KERNELS_FILE
KERNELS_TARGET_END
#undef KERNELS_NS

#undef KERNELS_AVX512
#define KERNELS_AVX512 1
#define KERNELS_NS avx512
KERNELS_TARGET_BEGIN("avx2,fma,f16c,bmi,bmi2,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")
#include KERNELS_FILE
KERNELS_TARGET_END
#undef KERNELS_NS

#define KERNELS_DISPATCH(f)                                \
  (::kernels::isa() == ::kernels::Isa::avx512 ? &avx512::f \
   : ::kernels::isa() == ::kernels::Isa::avx2 ? &avx2::f   \
                                              : &plain::f)
#elif defined(__aarch64__)

// The same text again: the compiler has NEON on for all of arm64, and the file may use it where KERNELS_NEON is 1.
#define KERNELS_NEON 1
#define KERNELS_NS neon
#include KERNELS_FILE
#undef KERNELS_NS
#undef KERNELS_NEON

#define KERNELS_DISPATCH(f) (::kernels::isa() == ::kernels::Isa::neon ? &neon::f : &plain::f)
#else
#define KERNELS_DISPATCH(f) (&plain::f)
#endif

#undef KERNELS_AVX2
#undef KERNELS_AVX512
#undef KERNELS_FILE
