// Scalar types of the Metal Shading Language (chapter 2.1) and what every other header needs to declare a function.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifndef __METAL__
#define __METAL__ 1
#endif
// 3.1 is the first language version with bfloat, and the oldest that MLX supports.
#ifndef __METAL_VERSION__
#define __METAL_VERSION__ 310
#endif

#define METAL_FUNC inline __attribute__((always_inline))
#define METAL_INTERNAL inline __attribute__((always_inline))
#define METAL_CONST constexpr

typedef unsigned char uchar;
typedef unsigned short ushort;
typedef unsigned int uint;
typedef unsigned long ulong;
typedef _Float16 half;
typedef __bf16 bfloat;

static_assert(char(-1) < 0, "Metal's char is signed: compile with -fsigned-char");
static_assert(sizeof(long) == 8, "Metal's long has 64 bits");

// int8_t is not char on the host, so that both spellings need their own functions.
#define MSIM_FOR_EACH_INTEGER(X) X(char) X(int8_t) X(uchar) X(short) X(ushort) X(int) X(uint) X(long) X(ulong)
#define MSIM_FOR_EACH_FLOAT(X) X(half) X(float)

namespace metal {
using ::bfloat;
using ::half;
using ::int16_t;
using ::int32_t;
using ::int64_t;
using ::int8_t;
using ::ptrdiff_t;
using ::size_t;
using ::uchar;
using ::uint;
using ::uint16_t;
using ::uint32_t;
using ::uint64_t;
using ::uint8_t;
using ::ulong;
using ::ushort;
}  // namespace metal
