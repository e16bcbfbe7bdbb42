// simdgroup functions (chapter 6.9.2): shuffles, broadcasts, votes, reductions and prefix sums over 32 lanes.
#pragma once

#include "simulator/exchange.h"

namespace msim {

struct sum_of {
  template <typename T>
  MSIM_NOT_CHECKED MSIM_INLINE static T apply(T a, T b) {
    return static_cast<T>(a + b);
  }
  template <typename T>
  MSIM_NOT_CHECKED MSIM_INLINE static T identity() {
    return T(0);
  }
};
struct product_of {
  template <typename T>
  MSIM_NOT_CHECKED MSIM_INLINE static T apply(T a, T b) {
    return static_cast<T>(a * b);
  }
  template <typename T>
  MSIM_NOT_CHECKED MSIM_INLINE static T identity() {
    return T(1);
  }
};
#define MSIM_COMBINATION(name, expression)                  \
  struct name {                                             \
    template <typename T>                                   \
    MSIM_NOT_CHECKED MSIM_INLINE static T apply(T a, T b) { \
      return static_cast<T>(expression);                    \
    }                                                       \
  };
MSIM_COMBINATION(smallest_of, metal::min(a, b))
MSIM_COMBINATION(largest_of, metal::max(a, b))
MSIM_COMBINATION(and_of, a& b)
MSIM_COMBINATION(or_of, a | b)
MSIM_COMBINATION(xor_of, a ^ b)
#undef MSIM_COMBINATION

// Combines the values of `group` neighbouring lanes each (32 or 4), as a tree: neighbours first.
template <typename T, typename Combination, uint32_t Group>
struct reduction {
  MSIM_NOT_CHECKED static void run(msim_simd* simd) {
    T values[kSimdWidth];
    for (uint32_t first = 0; first < kSimdWidth; first += Group) {
      uint32_t count = 0;
      for (uint32_t lane = first; lane < first + Group; ++lane)
        if (simd->mask >> lane & 1) values[count++] = read_in<T>(simd, lane);
      if (!count) continue;
      for (; count > 1; count = (count + 1) / 2) {
        for (uint32_t i = 0; i < count / 2; ++i) values[i] = Combination::apply(values[2 * i], values[2 * i + 1]);
        if (count % 2) values[count / 2] = values[count - 1];
      }
      for (uint32_t lane = first; lane < first + Group; ++lane) write_out(simd, lane, values[0]);
    }
  }
};

// Running combination of the lanes before (and, inclusive, with) each lane.
template <typename T, typename Combination, uint32_t Group, bool Inclusive>
struct prefix {
  MSIM_NOT_CHECKED static void run(msim_simd* simd) {
    T total = Combination::template identity<T>();
    for (uint32_t lane = 0; lane < kSimdWidth; ++lane) {
      if (lane % Group == 0) total = Combination::template identity<T>();
      if (!(simd->mask >> lane & 1)) continue;
      const T next = Combination::apply(total, read_in<T>(simd, lane));
      write_out(simd, lane, Inclusive ? next : total);
      total = next;
    }
  }
};

struct ballot {
  MSIM_NOT_CHECKED static void run(msim_simd* simd) {
    uint32_t votes = 0;
    for (uint32_t rest = simd->mask; rest; rest &= rest - 1) {
      const uint32_t lane = static_cast<uint32_t>(__builtin_ctz(rest));
      votes |= static_cast<uint32_t>(read_in<uint32_t>(simd, lane) != 0) << lane;
    }
    for (uint32_t lane = 0; lane < kSimdWidth; ++lane) write_out(simd, lane, votes);
  }
};

}  // namespace msim

namespace metal {

#define MSIM_SIMD(name, returns, arguments, ...) \
  template <typename T>                          \
  MSIM_CONVERGENT METAL_FUNC returns name arguments __VA_ARGS__
#define MSIM_SHOW(name) MSIM_CALL(msim::publish<T>::run, name, MSIM_SIMD_OPERATION)

MSIM_SIMD(simd_shuffle, T, (T data, ushort lane),
          { return msim::exchange(MSIM_SHOW("simd_shuffle"), data, data, msim::from_lane{lane}); })
MSIM_SIMD(simd_broadcast, T, (T data, ushort lane),
          { return msim::exchange(MSIM_SHOW("simd_broadcast"), data, data, msim::from_lane{lane}); })
MSIM_SIMD(simd_broadcast_first, T, (T data),
          { return msim::exchange(MSIM_SHOW("simd_broadcast_first"), data, data, msim::from_first{}); })
MSIM_SIMD(simd_shuffle_xor, T, (T data, ushort mask),
          { return msim::exchange(MSIM_SHOW("simd_shuffle_xor"), data, data, msim::from_xor{mask}); })
MSIM_SIMD(simd_shuffle_up, T, (T data, ushort delta),
          { return msim::exchange(MSIM_SHOW("simd_shuffle_up"), data, data, msim::from_offset{0u - delta}); })
MSIM_SIMD(simd_shuffle_down, T, (T data, ushort delta),
          { return msim::exchange(MSIM_SHOW("simd_shuffle_down"), data, data, msim::from_offset{delta}); })
MSIM_SIMD(simd_shuffle_rotate_up, T, (T data, ushort delta), {
  return msim::exchange(MSIM_SHOW("simd_shuffle_rotate_up"), data, data, msim::from_group{0u - delta, 32, true});
})
MSIM_SIMD(simd_shuffle_rotate_down, T, (T data, ushort delta), {
  return msim::exchange(MSIM_SHOW("simd_shuffle_rotate_down"), data, data, msim::from_group{delta, 32, true});
})
MSIM_SIMD(simd_shuffle_and_fill_up, T, (T data, T filling, ushort delta, ushort modulo = 32), {
  return msim::exchange(MSIM_SHOW("simd_shuffle_and_fill_up"), data, filling,
                        msim::from_group{0u - delta, modulo, false});
})
MSIM_SIMD(simd_shuffle_and_fill_down, T, (T data, T filling, ushort delta, ushort modulo = 32), {
  return msim::exchange(MSIM_SHOW("simd_shuffle_and_fill_down"), data, filling, msim::from_group{delta, modulo, false});
})

#define MSIM_REDUCE(name, Combination)                                                               \
  MSIM_SIMD(simd_##name, T, (T data), {                                                              \
    using Operation = msim::reduction<T, msim::Combination, 32>;                                     \
    return msim::combine<T, T>(MSIM_CALL(Operation::run, "simd_" #name, MSIM_SIMD_OPERATION), data); \
  })
MSIM_REDUCE(sum, sum_of)
MSIM_REDUCE(product, product_of)
MSIM_REDUCE(min, smallest_of)
MSIM_REDUCE(max, largest_of)
MSIM_REDUCE(and, and_of)
MSIM_REDUCE(or, or_of)
MSIM_REDUCE(xor, xor_of)
#undef MSIM_REDUCE

#define MSIM_PREFIX(name, Combination, Inclusive)                                                           \
  MSIM_SIMD(simd_prefix_##name, T, (T data), {                                                              \
    using Operation = msim::prefix<T, msim::Combination, 32, Inclusive>;                                    \
    return msim::combine<T, T>(MSIM_CALL(Operation::run, "simd_prefix_" #name, MSIM_SIMD_OPERATION), data); \
  })
MSIM_PREFIX(inclusive_sum, sum_of, true)
MSIM_PREFIX(exclusive_sum, sum_of, false)
MSIM_PREFIX(inclusive_product, product_of, true)
MSIM_PREFIX(exclusive_product, product_of, false)
#undef MSIM_PREFIX
#undef MSIM_SHOW
#undef MSIM_SIMD

// What a vote of the simdgroup came to: one bit per lane.
struct simd_vote {
  using vote_t = uint64_t;
  vote_t votes = 0;
  constexpr simd_vote() = default;
  constexpr explicit simd_vote(vote_t v) : votes(v) {}
  constexpr explicit operator vote_t() const { return votes; }
  constexpr bool all() const { return votes == 0xffffffffu; }
  constexpr bool any() const { return votes != 0; }
};

// Both bits of one vote: who takes part, and who says yes.
#define MSIM_VOTE(name, yes) \
  msim::combine<uint32_t, uint32_t>(MSIM_CALL(msim::ballot::run, name, MSIM_SIMD_OPERATION), static_cast<uint32_t>(yes))

MSIM_CONVERGENT METAL_FUNC simd_vote simd_ballot(bool expression) {
  return simd_vote(MSIM_VOTE("simd_ballot", expression));
}
MSIM_CONVERGENT METAL_FUNC simd_vote simd_active_threads_mask() {
  return simd_vote(MSIM_VOTE("simd_active_threads_mask", true));
}
MSIM_CONVERGENT METAL_FUNC bool simd_any(bool expression) { return MSIM_VOTE("simd_any", expression) != 0; }
MSIM_CONVERGENT METAL_FUNC bool simd_all(bool expression) { return MSIM_VOTE("simd_all", !expression) == 0; }
MSIM_CONVERGENT METAL_FUNC bool simd_is_first() {
  const uint32_t active = MSIM_VOTE("simd_is_first", true);
  return static_cast<uint32_t>(__builtin_ctz(active)) == msim_simd_current()->lane;
}
METAL_FUNC bool simd_is_helper_thread() { return false; }
#undef MSIM_VOTE

}  // namespace metal
