// How lanes of a simdgroup hand values to each other: the cells of the runtime, typed.
#pragma once

#include "simulator/abi.h"
#include "simulator/ordering.h"
#include "simulator/vector.h"

namespace msim {

constexpr uint32_t kSimdWidth = MSIM_SIMD_WIDTH;

// Cells of 4, 16 or 64 bytes per lane: the smallest that holds a T.
template <typename T>
MSIM_INLINE void* in_cell(msim_simd* simd, uint32_t lane) {
  static_assert(sizeof(T) <= 64, "a simd operation takes at most 64 bytes per lane");
  if constexpr (sizeof(T) <= 4)
    return simd->in4[lane];
  else if constexpr (sizeof(T) <= 16)
    return simd->in16[lane];
  else
    return simd->in64[lane];
}
template <typename T>
MSIM_INLINE void* out_cell(msim_simd* simd, uint32_t lane) {
  if constexpr (sizeof(T) <= 4)
    return simd->out4[lane];
  else if constexpr (sizeof(T) <= 16)
    return simd->out16[lane];
  else
    return simd->out64[lane];
}
template <typename T>
MSIM_INLINE T read_in(msim_simd* simd, uint32_t lane) {
  T value;
  __builtin_memcpy(&value, in_cell<T>(simd, lane), sizeof value);
  return value;
}
template <typename T>
MSIM_INLINE T read_out(msim_simd* simd, uint32_t lane) {
  T value;
  __builtin_memcpy(&value, out_cell<T>(simd, lane), sizeof value);
  return value;
}
template <typename T>
MSIM_INLINE void write_in(msim_simd* simd, uint32_t lane, T value) {
  __builtin_memcpy(in_cell<T>(simd, lane), &value, sizeof value);
}
template <typename T>
MSIM_INLINE void write_out(msim_simd* simd, uint32_t lane, T value) {
  __builtin_memcpy(out_cell<T>(simd, lane), &value, sizeof value);
}

// The operation that only shows every lane's value to the others.
template <typename T>
struct publish {
  MSIM_NOT_CHECKED static void run(msim_simd* simd) {
    for (uint32_t lane = 0; lane < kSimdWidth; ++lane) write_out(simd, lane, read_in<T>(simd, lane));
  }
};

// Waits with `value` for the other lanes; the lane's own result cell holds the answer.
template <typename T, typename Result>
MSIM_RUNTIME_CALL Result combine(const msim_simd_call* call, T value) {
  msim_simd* simd = msim_simd_current();
  write_in(simd, simd->lane, value);
  msim_simd_wait(call, MSIM_CALL_SITE);
  return read_out<Result>(simd, simd->lane);
}

// Reads the value of another lane after all have shown theirs: the own value when that lane takes no part.
struct from_lane {
  uint32_t source;
  MSIM_INLINE uint32_t choose(uint32_t, uint32_t) const { return source; }
};
struct from_xor {
  uint32_t bits;
  MSIM_INLINE uint32_t choose(uint32_t lane, uint32_t) const { return lane ^ bits; }
};
struct from_offset {
  uint32_t offset;  // negative ones as large numbers: past the end
  MSIM_INLINE uint32_t choose(uint32_t lane, uint32_t) const { return lane + offset; }
};
struct from_first {
  MSIM_INLINE uint32_t choose(uint32_t, uint32_t mask) const { return static_cast<uint32_t>(__builtin_ctz(mask)); }
};
struct from_quad_first {
  MSIM_INLINE uint32_t choose(uint32_t lane, uint32_t mask) const {
    const uint32_t quad = lane & ~3u;
    return quad + static_cast<uint32_t>(__builtin_ctz(mask >> quad));
  }
};
// Offsets within `modulo` consecutive lanes; wraps around where `rotate`.
struct from_group {
  uint32_t offset, modulo;
  bool rotate;
  MSIM_INLINE uint32_t choose(uint32_t lane, uint32_t) const {
    const uint32_t first = lane & ~(modulo - 1), target = (lane & (modulo - 1)) + offset;
    return target < modulo || rotate ? first + (target & (modulo - 1)) : kSimdWidth;
  }
};

template <typename T, typename Choice>
MSIM_RUNTIME_CALL T exchange(const msim_simd_call* call, T value, T otherwise, Choice choice) {
  msim_simd* simd = msim_simd_current();
  write_in(simd, simd->lane, value);
  msim_simd_wait(call, MSIM_CALL_SITE);
  const uint32_t source = choice.choose(simd->lane, simd->mask);
  if (source >= kSimdWidth || !(simd->mask >> source & 1)) return otherwise;
  return read_out<T>(simd, source);
}

}  // namespace msim

// The description of a simd operation, one object per place that names it.
#define MSIM_CALL(operation, name, kind)                            \
  ([]() -> const msim_simd_call* {                                  \
    static constexpr msim_simd_call call = {operation, name, kind}; \
    return &call;                                                   \
  }())
