// One call of attention as numbers and pointers: what the ladder works on. Knows nothing of MLX.
#pragma once

#include "kernels/element.h"

namespace kernels {

// A [B0, B1, heads, rows, D] array in place: strides count elements, and the last axis is dense.
struct Heads {
  const void* data;
  std::ptrdiff_t batch0, batch1, head, row;
};

// Added to the scores: [B0, B1, H_q, L, S], with stride 0 along an axis that is broadcast. No mask: data is null.
struct Mask {
  const void* data;
  Element element;
  std::ptrdiff_t batch0, batch1, head, row, key;
};

struct AttentionProblem {
  Element element;     // of q, k, v and out
  int B0, B1, H_q, H;  // batch axes; query heads, key/value heads
  int L, S, D;         // queries, keys, channels
  float scale;
  bool causal;  // query i sees the keys 0 .. S - L + i
  Heads q, k, v;
  Mask mask;
  void* out;  // [B0, B1, H_q, L, D], dense

  int group() const { return H_q / H; }

  int visible_keys(int query) const {
    if (!causal) return S;
    const int n = S - L + query + 1;
    return n < 0 ? 0 : n;
  }
};

}  // namespace kernels
