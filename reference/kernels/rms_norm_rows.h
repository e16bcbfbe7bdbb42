// RMSNorm, row by row. A file of kernels/foreach_isa.h. One pass where MLX's graph of small ops goes through memory for
// every step.
#include "f32x8.h"

namespace kernels::KERNELS_NS {

// out = x / sqrt(mean(x^2) + eps) * weight; two looks at x, the second one in the cache.
template <class T>
static void rms_norm_row(const T* x, const float* weight, float eps, int dim, T* out) {
  f32x8 a{}, b{};  // two sums: one would wait four cycles for itself
  int i = 0;
  for (; i + 16 <= dim; i += 16) {
    const f32x8 x0 = load(x + i), x1 = load(x + i + 8);
    a += x0 * x0;
    b += x1 * x1;
  }
  float squares = sum(a + b);
  for (; i < dim; ++i) squares += static_cast<float>(x[i]) * static_cast<float>(x[i]);
  const float factor = 1.0f / std::sqrt(squares / static_cast<float>(dim) + eps);
  for (i = 0; i + 8 <= dim; i += 8) store(out + i, load(x + i) * factor * load(weight + i));
  for (; i < dim; ++i) out[i] = static_cast<T>(static_cast<float>(x[i]) * factor * weight[i]);
}

struct RmsNormCall {
  const DenseRows* rows;
  const float* weight;
  float eps;
  int dim;
  void* out;
};

constexpr int kRmsNormRows = 16;  // a task

template <class T>
static void rms_norm_task(const void* context, std::ptrdiff_t index, int) {
  const RmsNormCall& call = *static_cast<const RmsNormCall*>(context);
  const std::ptrdiff_t end = std::min(call.rows->count(), (index + 1) * kRmsNormRows);
  for (std::ptrdiff_t i = index * kRmsNormRows; i < end; ++i) {
    rms_norm_row(static_cast<const T*>(call.rows->row(i)), call.weight, call.eps, call.dim,
                 static_cast<T*>(call.out) + i * call.dim);
  }
}

static void rms_norm_rows(const DenseRows& rows, Element type, const void* weight, Element weight_type, float eps,
                          int dim, void* out) {
  thread_local Scratch memory;
  float* wide = memory.get<float>(dim);
  for (int i = 0; i < dim; ++i) wide[i] = read_element(weight_type, weight, i);
  const RmsNormCall call{&rows, wide, eps, dim, out};
  const std::ptrdiff_t tasks = (rows.count() + kRmsNormRows - 1) / kRmsNormRows;
  switch (type) {
    case Element::float32:
      return parallel_for_raw(tasks, &rms_norm_task<float>, &call);
    case Element::float16:
      return parallel_for_raw(tasks, &rms_norm_task<mx::float16_t>, &call);
    case Element::bfloat16:
      return parallel_for_raw(tasks, &rms_norm_task<mx::bfloat16_t>, &call);
  }
}

}  // namespace kernels::KERNELS_NS
