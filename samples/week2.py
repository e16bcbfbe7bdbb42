"""A student near the end of Week 2: a slow quantized product with a race on the GPU, attention with tiled KV heads."""

# Read by `python -m grader.validation.build`; the form is that of tests/mutants.

WEEK = 2
CHANGES = [
    # right on most days: the barrier after the tiles are filled orders buffers, and the tiles are threadgroup memory
    (
        "kernels/quantized_matmul.metal",
        """    threadgroup_barrier(mem_flags::mem_threadgroup);
    for (uint k = 0; k < kStep; k += 8) {
""",
        """    threadgroup_barrier(mem_flags::mem_device);
    for (uint k = 0; k < kStep; k += 8) {
""",
    ),
]
FILES = {
    # right, and several times as slow as the reference's second rung: every weight finds its group by a division
    "kernels/quantized_matmul.cpp": r"""#include "quantized_matmul.h"

#include "kernels/element.h"
#include "kernels/errors.h"
#include "kernels/primitive.h"
#include "quantized_matmul_metal.h"

namespace kernels {
namespace {

class QuantizedMatmul : public CpuPrimitive {
 public:
  QuantizedMatmul(mx::Stream stream, int group_size, bool transpose_b)
      : CpuPrimitive(stream), group_size_(group_size), transpose_b_(transpose_b) {}

  DEFINE_NAME(CourseQuantizedMatmul)

  bool is_equivalent(const mx::Primitive& other) const override {
    const auto& node = static_cast<const QuantizedMatmul&>(other);
    return group_size_ == node.group_size_ && transpose_b_ == node.transpose_b_;
  }

  void eval_cpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    const mx::array &a = inputs[0], &b = inputs[1], &scales = inputs[2], &biases = inputs[3];
    mx::array& out = outputs[0];
    allocate(out);
    const std::ptrdiff_t K = a.shape(-1), N = out.shape(-1), M = a.size() / K;
    const Element type = element_of(a.dtype()), scale_type = element_of(scales.dtype());
    dispatch(stream(), inputs, out,
             [=, x = a.data<void>(), w = b.data<std::uint32_t>(), s = scales.data<void>(), t = biases.data<void>(),
              y = out.data<void>(), group = group_size_, transposed = transpose_b_] {
      for (std::ptrdiff_t m = 0; m < M; ++m) {
        for (std::ptrdiff_t n = 0; n < N; ++n) {
          float total = 0;
          for (std::ptrdiff_t k = 0; k < K; ++k) {
            const std::ptrdiff_t i = transposed ? n * K + k : k * N + n;
            const float q = static_cast<float>(w[i / 8] >> (i % 8 * 4) & 15u);
            const float weight = read_element(scale_type, s, i / group) * q + read_element(scale_type, t, i / group);
            total += read_element(type, x, m * K + k) * weight;
          }
          write_element(type, y, m * N + n, total);
        }
      }
    });
  }

#ifdef _METAL_
  void eval_gpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    mx::array& out = outputs[0];
    allocate(out);
    if (out.size() != 0) quantized_matmul_on_gpu(stream(), inputs, out, 0, group_size_, transpose_b_);
  }
#endif

 private:
  int group_size_;
  bool transpose_b_;
};

}  // namespace

mx::array quantized_matmul(const mx::array& scales, const mx::array& biases, int group_size, int bits,
                           const mx::array& a, const mx::array& b, bool transpose_b, mx::StreamOrDevice s) {
  if (bits != 4) invalid("quantized_matmul: bits (", bits, ") must be 4");
  if (a.ndim() < 1 || b.ndim() != 2) invalid("quantized_matmul: a ", a.shape(), " or b ", b.shape(), " has wrong axes");
  const int K = transpose_b ? b.shape(1) * 8 : b.shape(0);
  if (a.shape(-1) != K) invalid("quantized_matmul: a ", a.shape(), " must end in K = ", K);
  const mx::Stream stream = mx::to_stream(s);
  mx::Shape shape = a.shape();
  shape.back() = transpose_b ? b.shape(0) : b.shape(1) * 8;
  auto rows = [&](const mx::array& x) { return mx::contiguous(x, false, stream); };
  return mx::array(shape, a.dtype(), std::make_shared<QuantizedMatmul>(stream, group_size, transpose_b),
                   {rows(a), rows(b), rows(scales), rows(biases)});
}

}  // namespace kernels
""",
    # wrong where several query heads share a KV head: query head h reads h % H, not h / (H_q / H)
    "kernels/flash_attention.cpp": r"""#include "flash_attention.h"

#include <cmath>
#include <limits>

#include "kernels/element.h"
#include "kernels/errors.h"
#include "kernels/primitive.h"

namespace kernels {
namespace {

struct Problem {
  std::ptrdiff_t rows, H_q, H, L, S, D;  // rows: product of the leading axes
  Element type, mask_type;
  const void *query, *key, *value, *mask;
  std::vector<std::ptrdiff_t> mask_strides;  // of rows (a single leading axis), H_q, L, S
  void* out;
  float scale;
  bool causal;
};

// One query against all keys, with a running maximum.
void attend(const Problem& p, std::ptrdiff_t row, std::ptrdiff_t head, std::ptrdiff_t i, std::vector<float>& total) {
  const std::ptrdiff_t q = ((row * p.H_q + head) * p.L + i) * p.D;
  const std::ptrdiff_t kv = (row * p.H + head % p.H) * p.S * p.D;
  float maximum = -std::numeric_limits<float>::infinity(), sum = 0;
  std::fill(total.begin(), total.end(), 0.0f);
  const std::ptrdiff_t visible = p.causal ? std::min(p.S, p.S - p.L + i + 1) : p.S;
  for (std::ptrdiff_t j = 0; j < visible; ++j) {
    float score = 0;
    for (std::ptrdiff_t d = 0; d < p.D; ++d) {
      score += read_element(p.type, p.query, q + d) * read_element(p.type, p.key, kv + j * p.D + d);
    }
    score *= p.scale;
    if (p.mask != nullptr) {
      score += read_element(p.mask_type, p.mask,
                            row * p.mask_strides[0] + head * p.mask_strides[1] + i * p.mask_strides[2] +
                                j * p.mask_strides[3]);
    }
    if (score == -std::numeric_limits<float>::infinity()) continue;
    const float higher = std::max(maximum, score);
    const float shrink = std::exp(maximum - higher), weight = std::exp(score - higher);
    sum = sum * shrink + weight;
    for (std::ptrdiff_t d = 0; d < p.D; ++d) {
      total[d] = total[d] * shrink + weight * read_element(p.type, p.value, kv + j * p.D + d);
    }
    maximum = higher;
  }
  for (std::ptrdiff_t d = 0; d < p.D; ++d) write_element(p.type, p.out, q + d, sum > 0 ? total[d] / sum : 0.0f);
}

class FlashAttention : public CpuPrimitive {
 public:
  FlashAttention(mx::Stream stream, float scale, bool causal) : CpuPrimitive(stream), scale_(scale), causal_(causal) {}

  DEFINE_NAME(CourseFlashAttention)

  bool is_equivalent(const mx::Primitive& other) const override {
    const auto& node = static_cast<const FlashAttention&>(other);
    return scale_ == node.scale_ && causal_ == node.causal_;
  }

  void eval_cpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    const mx::array &query = inputs[0], &key = inputs[1];
    mx::array& out = outputs[0];
    allocate(out);
    Problem p;
    p.H_q = query.shape(-3), p.L = query.shape(-2), p.D = query.shape(-1);
    p.H = key.shape(-3), p.S = key.shape(-2);
    p.rows = query.size() / (p.H_q * p.L * p.D);
    p.type = p.mask_type = element_of(query.dtype());
    p.query = query.data<void>(), p.key = key.data<void>(), p.value = inputs[2].data<void>(), p.mask = nullptr;
    if (inputs.size() == 4) {
      p.mask = inputs[3].data<void>();
      p.mask_type = element_of(inputs[3].dtype());
      p.mask_strides.assign(inputs[3].strides().begin(), inputs[3].strides().end());
      if (p.mask_strides.size() == 3) p.mask_strides.insert(p.mask_strides.begin(), 0);
    }
    p.out = out.data<void>();
    p.scale = scale_, p.causal = causal_;
    dispatch(stream(), inputs, out, [p = std::move(p)] {
      std::vector<float> total(p.D);
      for (std::ptrdiff_t row = 0; row < p.rows; ++row) {
        for (std::ptrdiff_t head = 0; head < p.H_q; ++head) {
          for (std::ptrdiff_t i = 0; i < p.L; ++i) attend(p, row, head, i, total);
        }
      }
    });
  }

 private:
  float scale_;
  bool causal_;
};

}  // namespace

mx::array flash_attention(const mx::array& query, const mx::array& key, const mx::array& value, float scale,
                          const std::optional<mx::array>& mask, bool causal, mx::StreamOrDevice s) {
  if (query.ndim() < 3 || key.ndim() != query.ndim() || value.shape() != key.shape()) {
    invalid("flash_attention: query ", query.shape(), ", key ", key.shape(), " and value ", value.shape(),
            " do not fit");
  }
  const mx::Stream stream = mx::to_stream(s);
  auto rows = [&](const mx::array& x) { return mx::contiguous(x, false, stream); };
  std::vector<mx::array> inputs{rows(query), rows(key), rows(value)};
  if (mask) {
    mx::Shape scores = query.shape();
    scores.back() = key.shape(-2);
    inputs.push_back(mx::broadcast_to(*mask, scores, stream));
  }
  return mx::array(query.shape(), query.dtype(), std::make_shared<FlashAttention>(stream, scale, causal), inputs);
}

}  // namespace kernels
""",
}
REMOVE = [
    "kernels/attention_problem.h",
    "kernels/dense.h",
    "kernels/dense_rows.h",
    "kernels/f32x8.h",
    "kernels/flash_attention.metal",
    "kernels/flash_attention_ladder.h",
    "kernels/flash_attention_metal.h",
    "kernels/flash_attention_rungs.h",
    "kernels/quantized_matmul_ladder.h",
    "kernels/quantized_matmul_packing.h",
    "kernels/quantized_matmul_rungs.h",
    "kernels/rms_norm.cpp",
    "kernels/rms_norm.h",
    "kernels/rms_norm.metal",
    "kernels/rms_norm_rows.h",
    "kernels/rope.cpp",
    "kernels/rope.h",
    "kernels/rope.metal",
    "kernels/rope_rows.h",
    "kernels/swiglu.cpp",
    "kernels/swiglu.h",
    "kernels/swiglu.metal",
    "kernels/swiglu_rows.h",
]
