// <metal_pack> (chapter 6.12): vectors of fractions packed into one unsigned integer, component 0 in the lowest bits.
#pragma once

#include "simulator/construct.h"
#include "simulator/ordering.h"

namespace msim {

METAL_FUNC uint pack_unorm(float x, int bits) {
  float largest = float((1u << bits) - 1);
  return uint(__builtin_rintf(metal::saturate(x) * largest));
}
METAL_FUNC float unpack_unorm(uint x, int bits) {
  uint largest = (1u << bits) - 1;
  return float(x & largest) / float(largest);
}
METAL_FUNC uint pack_snorm(float x, int bits) {
  int largest = (1 << (bits - 1)) - 1;
  return uint(int(__builtin_rintf(metal::clamp(x, -1.0f, 1.0f) * float(largest)))) & ((1u << bits) - 1);
}
// The most negative integer and its successor both stand for -1.
METAL_FUNC float unpack_snorm(uint x, int bits) {
  int value = int(x << (32 - bits)) >> (32 - bits);
  return metal::max(float(value) / float((1 << (bits - 1)) - 1), -1.0f);
}
METAL_FUNC float to_srgb(float x) {
  x = metal::saturate(x);
  return x < 0.0031308f ? 12.92f * x : 1.055f * __builtin_powf(x, 1.0f / 2.4f) - 0.055f;
}
METAL_FUNC float from_srgb(float x) { return x <= 0.04045f ? x / 12.92f : __builtin_powf((x + 0.055f) / 1.055f, 2.4f); }

}  // namespace msim

namespace metal {

// One pair of functions for float and half: `name` has N components of `bits` bits each, in an integer type Packed.
#define MSIM_PACK(kind, suffix, N, bits, Packed, pack, unpack)              \
  METAL_FUNC Packed pack_float_to_##suffix(float##N v) {                    \
    uint packed = 0;                                                        \
    for (int i = 0; i < N; ++i) packed |= pack(v[i], bits) << (i * bits);   \
    return Packed(packed);                                                  \
  }                                                                         \
  METAL_FUNC Packed pack_half_to_##suffix(half##N v) {                      \
    return pack_float_to_##suffix(__builtin_convertvector(v, float##N));    \
  }                                                                         \
  METAL_FUNC float##N unpack_##suffix##_to_float(Packed x) {                \
    float##N v;                                                             \
    for (int i = 0; i < N; ++i) v[i] = unpack(uint(x) >> (i * bits), bits); \
    return v;                                                               \
  }                                                                         \
  METAL_FUNC half##N unpack_##suffix##_to_half(Packed x) {                  \
    return __builtin_convertvector(unpack_##suffix##_to_float(x), half##N); \
  }
MSIM_PACK(unorm, unorm4x8, 4, 8, uint, msim::pack_unorm, msim::unpack_unorm)
MSIM_PACK(snorm, snorm4x8, 4, 8, uint, msim::pack_snorm, msim::unpack_snorm)
MSIM_PACK(unorm, unorm2x16, 2, 16, uint, msim::pack_unorm, msim::unpack_unorm)
MSIM_PACK(snorm, snorm2x16, 2, 16, uint, msim::pack_snorm, msim::unpack_snorm)
#undef MSIM_PACK

// The colours are in sRGB, the fourth component is linear.
METAL_FUNC uint pack_float_to_srgb_unorm4x8(float4 v) {
  return pack_float_to_unorm4x8(float4{msim::to_srgb(v.x), msim::to_srgb(v.y), msim::to_srgb(v.z), v.w});
}
METAL_FUNC float4 unpack_unorm4x8_srgb_to_float(uint x) {
  float4 v = unpack_unorm4x8_to_float(x);
  return float4{msim::from_srgb(v.x), msim::from_srgb(v.y), msim::from_srgb(v.z), v.w};
}
METAL_FUNC uint pack_half_to_srgb_unorm4x8(half4 v) {
  return pack_float_to_srgb_unorm4x8(__builtin_convertvector(v, float4));
}
METAL_FUNC half4 unpack_unorm4x8_srgb_to_half(uint x) {
  return __builtin_convertvector(unpack_unorm4x8_srgb_to_float(x), half4);
}

METAL_FUNC uint pack_float_to_unorm10a2(float4 v) {
  return msim::pack_unorm(v.x, 10) | msim::pack_unorm(v.y, 10) << 10 | msim::pack_unorm(v.z, 10) << 20 |
         msim::pack_unorm(v.w, 2) << 30;
}
METAL_FUNC float4 unpack_unorm10a2_to_float(uint x) {
  return float4{msim::unpack_unorm(x, 10), msim::unpack_unorm(x >> 10, 10), msim::unpack_unorm(x >> 20, 10),
                msim::unpack_unorm(x >> 30, 2)};
}
METAL_FUNC ushort pack_float_to_unorm565(float3 v) {
  return ushort(msim::pack_unorm(v.x, 5) | msim::pack_unorm(v.y, 6) << 5 | msim::pack_unorm(v.z, 5) << 11);
}
METAL_FUNC float3 unpack_unorm565_to_float(ushort x) {
  return float3{msim::unpack_unorm(x, 5), msim::unpack_unorm(x >> 5, 6), msim::unpack_unorm(x >> 11, 5)};
}

}  // namespace metal
