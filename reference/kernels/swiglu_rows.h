// SwiGLU, row by row. A file of kernels/foreach_isa.h.
#include "f32x8.h"

namespace kernels::KERNELS_NS {

// gate / (1 + e^-gate) * up. e^-|gate| <= 1 never overflows, and large negative gates lose nothing to cancellation:
// the sigmoid is 1 / (1 + e) above zero and e / (1 + e) below.
static inline f32x8 swiglu_lanes(f32x8 gate, f32x8 up) {
  const f32x8 e = exp_nonpositive(gate > 0.0f ? -gate : gate);
  return gate * (gate > 0.0f ? splat(1.0f) : e) / (1.0f + e) * up;
}

struct SwigluCall {
  const DenseRows *gate, *up;
  std::ptrdiff_t columns;
  void* out;
};

constexpr std::ptrdiff_t kSwigluColumns = 4096;  // a task: a row, or this much of it

template <class T>
static void swiglu_task(const void* context, std::ptrdiff_t index, int) {
  const SwigluCall& call = *static_cast<const SwigluCall*>(context);
  const std::ptrdiff_t parts = (call.columns + kSwigluColumns - 1) / kSwigluColumns;
  const std::ptrdiff_t row = index / parts, begin = index % parts * kSwigluColumns;
  const std::ptrdiff_t n = std::min(kSwigluColumns, call.columns - begin);
  const T* gate = static_cast<const T*>(call.gate->row(row)) + begin;
  const T* up = static_cast<const T*>(call.up->row(row)) + begin;
  T* out = static_cast<T*>(call.out) + row * call.columns + begin;
  std::ptrdiff_t i = 0;
  for (; i + 8 <= n; i += 8) store(out + i, swiglu_lanes(load(gate + i), load(up + i)));
  const int rest = static_cast<int>(n - i);
  if (rest > 0) store_first(out + i, rest, swiglu_lanes(load_first(gate + i, rest), load_first(up + i, rest)));
}

static void swiglu_rows(const DenseRows& gate, const DenseRows& up, Element type, std::ptrdiff_t columns, void* out) {
  const SwigluCall call{&gate, &up, columns, out};
  const std::ptrdiff_t tasks = gate.count() * ((columns + kSwigluColumns - 1) / kSwigluColumns);
  switch (type) {
    case Element::float32:
      return parallel_for_raw(tasks, &swiglu_task<float>, &call);
    case Element::float16:
      return parallel_for_raw(tasks, &swiglu_task<mx::float16_t>, &call);
    case Element::bfloat16:
      return parallel_for_raw(tasks, &swiglu_task<mx::bfloat16_t>, &call);
  }
}

}  // namespace kernels::KERNELS_NS
