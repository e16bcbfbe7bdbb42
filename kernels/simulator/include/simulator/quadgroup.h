// quadgroup functions (chapter 6.9.3): the simdgroup functions over four neighbouring lanes.
#pragma once

#include "simulator/simdgroup.h"

namespace msim {

MSIM_RUNTIME_CALL uint32_t lane_in_quad() { return msim_simd_current()->lane & 3; }

struct from_quad {
  uint32_t source;
  MSIM_INLINE uint32_t choose(uint32_t lane, uint32_t) const { return (lane & ~3u) + (source & 3); }
};

}  // namespace msim

namespace metal {

#define MSIM_QUAD(name, arguments, ...) \
  template <typename T>                 \
  MSIM_CONVERGENT METAL_FUNC T name arguments __VA_ARGS__
#define MSIM_SHOW(name) MSIM_CALL(msim::publish<T>::run, name, MSIM_SIMD_OPERATION)

MSIM_QUAD(quad_shuffle, (T data, ushort lane),
          { return msim::exchange(MSIM_SHOW("quad_shuffle"), data, data, msim::from_quad{lane}); })
MSIM_QUAD(quad_broadcast, (T data, ushort lane),
          { return msim::exchange(MSIM_SHOW("quad_broadcast"), data, data, msim::from_quad{lane}); })
MSIM_QUAD(quad_broadcast_first, (T data),
          { return msim::exchange(MSIM_SHOW("quad_broadcast_first"), data, data, msim::from_quad_first{}); })
MSIM_QUAD(quad_shuffle_xor, (T data, ushort mask),
          { return msim::exchange(MSIM_SHOW("quad_shuffle_xor"), data, data, msim::from_xor{mask & 3u}); })
MSIM_QUAD(quad_shuffle_up, (T data, ushort delta),
          { return msim::exchange(MSIM_SHOW("quad_shuffle_up"), data, data, msim::from_group{0u - delta, 4, false}); })
MSIM_QUAD(quad_shuffle_down, (T data, ushort delta),
          { return msim::exchange(MSIM_SHOW("quad_shuffle_down"), data, data, msim::from_group{delta, 4, false}); })
MSIM_QUAD(quad_shuffle_rotate_up, (T data, ushort delta), {
  return msim::exchange(MSIM_SHOW("quad_shuffle_rotate_up"), data, data, msim::from_group{0u - delta, 4, true});
})
MSIM_QUAD(quad_shuffle_rotate_down, (T data, ushort delta), {
  return msim::exchange(MSIM_SHOW("quad_shuffle_rotate_down"), data, data, msim::from_group{delta, 4, true});
})
MSIM_QUAD(quad_shuffle_and_fill_up, (T data, T filling, ushort delta, ushort modulo = 4), {
  return msim::exchange(MSIM_SHOW("quad_shuffle_and_fill_up"), data, filling,
                        msim::from_group{0u - delta, modulo, false});
})
MSIM_QUAD(quad_shuffle_and_fill_down, (T data, T filling, ushort delta, ushort modulo = 4), {
  return msim::exchange(MSIM_SHOW("quad_shuffle_and_fill_down"), data, filling, msim::from_group{delta, modulo, false});
})

#define MSIM_REDUCE(name, Combination)                                                               \
  MSIM_QUAD(quad_##name, (T data), {                                                                 \
    using Operation = msim::reduction<T, msim::Combination, 4>;                                      \
    return msim::combine<T, T>(MSIM_CALL(Operation::run, "quad_" #name, MSIM_SIMD_OPERATION), data); \
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
  MSIM_QUAD(quad_prefix_##name, (T data), {                                                                 \
    using Operation = msim::prefix<T, msim::Combination, 4, Inclusive>;                                     \
    return msim::combine<T, T>(MSIM_CALL(Operation::run, "quad_prefix_" #name, MSIM_SIMD_OPERATION), data); \
  })
MSIM_PREFIX(inclusive_sum, sum_of, true)
MSIM_PREFIX(exclusive_sum, sum_of, false)
MSIM_PREFIX(inclusive_product, product_of, true)
MSIM_PREFIX(exclusive_product, product_of, false)
#undef MSIM_PREFIX
#undef MSIM_SHOW
#undef MSIM_QUAD

struct quad_vote {
  using vote_t = uint64_t;
  vote_t votes = 0;
  constexpr quad_vote() = default;
  constexpr explicit quad_vote(vote_t v) : votes(v) {}
  constexpr explicit operator vote_t() const { return votes; }
  constexpr bool all() const { return votes == 0xf; }
  constexpr bool any() const { return votes != 0; }
};

// The simdgroup's vote, of which a quadgroup sees its four bits.
#define MSIM_VOTE(name, yes)                                                                  \
  (msim::combine<uint32_t, uint32_t>(MSIM_CALL(msim::ballot::run, name, MSIM_SIMD_OPERATION), \
                                     static_cast<uint32_t>(yes)) >>                           \
       (msim_simd_current()->lane & ~3u) &                                                    \
   0xfu)

MSIM_CONVERGENT METAL_FUNC quad_vote quad_ballot(bool expression) {
  return quad_vote(MSIM_VOTE("quad_ballot", expression));
}
MSIM_CONVERGENT METAL_FUNC quad_vote quad_active_threads_mask() {
  return quad_vote(MSIM_VOTE("quad_active_threads_mask", true));
}
MSIM_CONVERGENT METAL_FUNC bool quad_any(bool expression) { return MSIM_VOTE("quad_any", expression) != 0; }
MSIM_CONVERGENT METAL_FUNC bool quad_all(bool expression) { return MSIM_VOTE("quad_all", !expression) == 0; }
MSIM_CONVERGENT METAL_FUNC bool quad_is_first() {
  const uint32_t active = MSIM_VOTE("quad_is_first", true);
  return static_cast<uint32_t>(__builtin_ctz(active)) == msim::lane_in_quad();
}
METAL_FUNC bool quad_is_helper_thread() { return false; }
#undef MSIM_VOTE

}  // namespace metal
