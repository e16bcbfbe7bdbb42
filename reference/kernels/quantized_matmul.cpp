// quantized_matmul as an MLX op: what is accepted, and the graph node. The arithmetic is in quantized_matmul_ladder.h.
#include "quantized_matmul.h"

#include "dense.h"
#include "kernels/errors.h"
#include "kernels/primitive.h"
#include "quantized_matmul_metal.h"
#include "quantized_matmul_rungs.h"

#define KERNELS_FILE "quantized_matmul_ladder.h"
#include "kernels/foreach_isa.h"

namespace kernels {
namespace {

class QuantizedMatmul : public CpuPrimitive {
 public:
  QuantizedMatmul(mx::Stream stream, int rung, int group_size, bool transpose_b)
      : CpuPrimitive(stream), rung_(rung), group_size_(group_size), transpose_b_(transpose_b) {}

  DEFINE_NAME(CourseQuantizedMatmul)

  bool is_equivalent(const mx::Primitive& other) const override {
    const auto& node = static_cast<const QuantizedMatmul&>(other);
    return rung_ == node.rung_ && group_size_ == node.group_size_ && transpose_b_ == node.transpose_b_;
  }

  void eval_cpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    const mx::array &a = inputs[0], &b = inputs[1], &scales = inputs[2], &biases = inputs[3];
    mx::array& out = outputs[0];
    allocate(out);
    if (out.size() == 0) return;
    QuantizedProduct p{};
    p.out = out.data<void>();
    p.type = element_of(a.dtype());
    p.scale_type = element_of(scales.dtype());
    p.K = a.shape(-1);
    p.N = out.shape(-1);
    p.M = static_cast<std::ptrdiff_t>(out.size()) / p.N;
    p.group_size = group_size_;
    p.transpose_b = transpose_b_;
    // Rungs 1 and 2 are what plain C++ gives, so they do not get wider instructions than it has by default.
    auto* run = rung_ == 1 || rung_ == 2 ? &plain::run_rung : KERNELS_DISPATCH(run_rung);
    dispatch(stream(), inputs, out,
             [run, p, rung = rung_, a = Dense(a, Dense::kAllAxes), b = Dense(b, Dense::kAllAxes),
              scales = Dense(scales, Dense::kAllAxes), biases = Dense(biases, Dense::kAllAxes)]() mutable {
               for (Dense* input : {&a, &b, &scales, &biases}) input->fill();
               p.a = a.data();
               p.b = reinterpret_cast<const std::uint32_t*>(b.data());
               p.scales = scales.data();
               p.biases = biases.data();
               run(p, rung);
             });
  }

#ifdef _METAL_
  void eval_gpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    mx::array& out = outputs[0];
    allocate(out);
    if (out.size() != 0) quantized_matmul_on_gpu(stream(), inputs, out, rung_, group_size_, transpose_b_);
  }
#endif

 private:
  int rung_, group_size_;
  bool transpose_b_;
};

void check(const mx::array& scales, const mx::array& biases, int group_size, int bits, const mx::array& a,
           const mx::array& b, bool transpose_b) {
  constexpr const char* op = "quantized_matmul: ";
  if (bits != 4) invalid(op, "bits (", bits, ") must be 4");
  if (group_size != 32 && group_size != 64 && group_size != 128) {
    invalid(op, "group_size (", group_size, ") must be 32, 64 or 128");
  }
  if (!is_element(a.dtype())) invalid(op, "dtype of a (", a.dtype(), ") must be float32, float16 or bfloat16");
  if (b.dtype() != mx::uint32) invalid(op, "dtype of b (", b.dtype(), ") must be uint32");
  for (const auto& [name, array] : {std::pair{"scales", &scales}, std::pair{"biases", &biases}}) {
    if (!is_element(array->dtype())) {
      invalid(op, "dtype of ", name, " (", array->dtype(), ") must be float32, float16 or bfloat16");
    }
  }
  if (a.ndim() < 1) invalid(op, "a must have at least 1 axis, not 0");
  if (b.ndim() != 2) invalid(op, "b must have 2 axes, not ", b.ndim());
  const int row = b.shape(1) * 8;
  if (row % group_size != 0) invalid(op, "a row of b (", row, ") must be a multiple of group_size (", group_size, ")");
  const int inner = transpose_b ? row : b.shape(0);
  if (a.shape(-1) != inner) {
    invalid(op, "last axis of a (", a.shape(-1), ") must be ", inner, ", as b ", b.shape(),
            transpose_b ? " with transpose_b says" : " says");
  }
  const mx::Shape groups{b.shape(0), row / group_size};
  if (scales.shape() != groups) invalid(op, "scales ", scales.shape(), " must have shape ", groups);
  if (biases.shape() != groups) invalid(op, "biases ", biases.shape(), " must have shape ", groups);
}

}  // namespace

mx::array quantized_matmul_rung(int rung, const mx::array& scales, const mx::array& biases, int group_size, int bits,
                                const mx::array& a, const mx::array& b, bool transpose_b, mx::StreamOrDevice s) {
  if (rung < 0 || rung > kQuantizedMatmulRungs) {
    invalid("quantized_matmul_rung: rung (", rung, ") must be between 0 and ", kQuantizedMatmulRungs);
  }
  check(scales, biases, group_size, bits, a, b, transpose_b);
  const mx::Stream stream = mx::to_stream(s);
  mx::Shape shape = a.shape();
  shape.back() = transpose_b ? b.shape(0) : b.shape(1) * 8;
  const bool same = scales.dtype() == biases.dtype();
  auto shared = [&](const mx::array& x) { return same ? x : mx::astype(x, mx::float32, stream); };
  return mx::array(shape, a.dtype(), std::make_shared<QuantizedMatmul>(stream, rung, group_size, transpose_b),
                   {a, b, shared(scales), shared(biases)});
}

mx::array quantized_matmul(const mx::array& scales, const mx::array& biases, int group_size, int bits,
                           const mx::array& a, const mx::array& b, bool transpose_b, mx::StreamOrDevice s) {
  return quantized_matmul_rung(0, scales, biases, group_size, bits, a, b, transpose_b, s);
}

}  // namespace kernels
