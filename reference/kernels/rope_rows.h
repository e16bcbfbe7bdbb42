// RoPE, row by row. A file of kernels/foreach_isa.h.
#include "f32x8.h"

namespace kernels::KERNELS_NS {

// Turn pair i, (x[i], x[i + half]), by the angle whose cosine and sine are given.
template <class T>
static void rotate_halves(const T* x, const float* cosines, const float* sines, int half, T* out) {
  int i = 0;
  for (; i + 8 <= half; i += 8) {
    const f32x8 a = load(x + i), b = load(x + half + i), c = load(cosines + i), s = load(sines + i);
    store(out + i, a * c - b * s);
    store(out + half + i, a * s + b * c);
  }
  for (; i < half; ++i) {
    const float a = static_cast<float>(x[i]), b = static_cast<float>(x[half + i]);
    out[i] = static_cast<T>(a * cosines[i] - b * sines[i]);
    out[half + i] = static_cast<T>(a * sines[i] + b * cosines[i]);
  }
}

// The same with pairs (x[2i], x[2i + 1]), as in the paper.
template <class T>
static void rotate_neighbours(const T* x, const float* cosines, const float* sines, int half, T* out) {
  for (int i = 0; i < half; ++i) {
    const float a = static_cast<float>(x[2 * i]), b = static_cast<float>(x[2 * i + 1]);
    out[2 * i] = static_cast<T>(a * cosines[i] - b * sines[i]);
    out[2 * i + 1] = static_cast<T>(a * sines[i] + b * cosines[i]);
  }
}

// A task is one position of one batch row, all heads: they share the sines, which cost more than the turning.
// Angles in double: position 32767 times a float32 frequency is wrong by 2e-3.
template <class T>
static void rope_task(const void* context, std::ptrdiff_t index, int) {
  const RopeCall& call = *static_cast<const RopeCall*>(context);
  const std::ptrdiff_t batch = index / call.L, token = index % call.L;
  const int half = call.dims / 2;
  thread_local Scratch memory;
  float* cosines = memory.get<float>(2 * half);
  float* sines = cosines + half;
  const double position = static_cast<double>(call.offsets[batch * call.offset_step]) + static_cast<double>(token);
  const double step = std::pow(static_cast<double>(call.base), -2.0 / call.dims);
  double frequency = 1.0;
  for (int i = 0; i < half; ++i, frequency *= step) {
    cosines[i] = static_cast<float>(std::cos(position * frequency));
    sines[i] = static_cast<float>(std::sin(position * frequency));
  }
  for (std::ptrdiff_t head = 0; head < call.heads; ++head) {
    const std::ptrdiff_t row = (batch * call.heads + head) * call.L + token;
    const T* x = static_cast<const T*>(call.rows->row(row));
    T* out = static_cast<T*>(call.out) + row * call.dim;
    if (call.traditional) {
      rotate_neighbours(x, cosines, sines, half, out);
    } else {
      rotate_halves(x, cosines, sines, half, out);
    }
    std::copy(x + call.dims, x + call.dim, out + call.dims);
  }
}

static void rope_rows(const RopeCall& call, Element type, std::ptrdiff_t batches) {
  switch (type) {
    case Element::float32:
      return parallel_for_raw(batches * call.L, &rope_task<float>, &call);
    case Element::float16:
      return parallel_for_raw(batches * call.L, &rope_task<mx::float16_t>, &call);
    case Element::bfloat16:
      return parallel_for_raw(batches * call.L, &rope_task<mx::bfloat16_t>, &call);
  }
}

}  // namespace kernels::KERNELS_NS
