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
//
// KERNELS_ONLY_AVX2 or KERNELS_ONLY_AVX512 compiles for that set alone, in a third of the time: for a machine that has
// it, where neither limit_isa nor the speed of what is written as plain matters. The other names mean the same
// functions.
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
#if !defined(KERNELS_ONLY_AVX2) && !defined(KERNELS_ONLY_AVX512)
#define KERNELS_NS plain
#include KERNELS_FILE
#undef KERNELS_NS
#endif

#if defined(__x86_64__)

#if !defined(KERNELS_ONLY_AVX512)
#undef KERNELS_AVX2
#define KERNELS_AVX2 1
#define KERNELS_NS avx2
KERNELS_TARGET_BEGIN("avx2,fma,f16c,bmi,bmi2")
#include KERNELS_FILE
KERNELS_TARGET_END
#undef KERNELS_NS
#endif

#if !defined(KERNELS_ONLY_AVX2)
#undef KERNELS_AVX2
#define KERNELS_AVX2 1
#undef KERNELS_AVX512
#define KERNELS_AVX512 1
#define KERNELS_NS avx512
KERNELS_TARGET_BEGIN("avx2,fma,f16c,bmi,bmi2,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")
#include KERNELS_FILE
KERNELS_TARGET_END
#undef KERNELS_NS
#endif

#if defined(KERNELS_ONLY_AVX512) || defined(KERNELS_ONLY_AVX2)
#if defined(KERNELS_ONLY_AVX512)
#define KERNELS_ONLY avx512
#else
#define KERNELS_ONLY avx2
#endif
namespace kernels {
namespace KERNELS_ONLY {}
namespace plain {
using namespace KERNELS_ONLY;  // NOLINT
}
}  // namespace kernels
#undef KERNELS_DISPATCH
#define KERNELS_DISPATCH(f) (&KERNELS_ONLY::f)
#else
#define KERNELS_DISPATCH(f)                                \
  (::kernels::isa() == ::kernels::Isa::avx512 ? &avx512::f \
   : ::kernels::isa() == ::kernels::Isa::avx2 ? &avx2::f   \
                                              : &plain::f)
#endif
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
