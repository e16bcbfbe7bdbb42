// RMSNorm as an MLX op, rows in parallel.
#include "rms_norm.h"

#include "dense_metal.h"
#include "dense_rows.h"
#include "kernels/element.h"
#include "kernels/errors.h"
#include "kernels/primitive.h"

#define KERNELS_FILE "rms_norm_rows.h"
#include "kernels/foreach_isa.h"

namespace kernels {
namespace {

class RmsNorm : public CpuPrimitive {
 public:
  RmsNorm(mx::Stream stream, float eps) : CpuPrimitive(stream), eps_(eps) {}

  DEFINE_NAME(RmsNorm)

  bool is_equivalent(const mx::Primitive& other) const override {
    return eps_ == static_cast<const RmsNorm&>(other).eps_;
  }

  void eval_cpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    mx::array& out = outputs[0];
    allocate(out);
    if (out.size() == 0) return;
    const int dim = out.shape(-1);
    const Element type = element_of(out.dtype()), weight_type = element_of(inputs[1].dtype());
    dispatch(stream(), inputs, out,
             [type, weight_type, dim, eps = eps_, x = Dense(inputs[0]), weight = Dense(inputs[1]),
              out = out.data<char>()]() mutable {
               x.fill();
               weight.fill();
               const DenseRows rows(x);
               KERNELS_DISPATCH(rms_norm_rows)(rows, type, weight.data(), weight_type, eps, dim, out);
             });
  }

#ifdef _METAL_
  void eval_gpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    mx::array& out = outputs[0];
    allocate(out);
    if (out.size() == 0) return;
    const mx::array x = dense_on_gpu(inputs[0], stream()), weight = dense_parameter(inputs[1], x.dtype(), stream());
    const auto dim = static_cast<std::uint32_t>(out.shape(-1));
    auto& encoder = mx::metal::get_command_encoder(stream());
    encoder.set_compute_pipeline_state(
        metal_kernel(stream(), "rms_norm_" + mx::type_to_name(x) + "_" + mx::type_to_name(weight)));
    encoder.set_input_array(x, 0);
    encoder.set_input_array(weight, 1);
    encoder.set_output_array(out, 2);
    encoder.set_bytes(dim, 3);
    encoder.set_bytes(eps_, 4);
    encoder.dispatch_threadgroups(MTL::Size(out.size() / dim, 1, 1), MTL::Size(128, 1, 1));  // a threadgroup per row
  }
#endif

 private:
  float eps_;
};

}  // namespace

mx::array rms_norm(const mx::array& x, const mx::array& weight, float eps, mx::StreamOrDevice s) {
  if (x.ndim() == 0) invalid("rms_norm: x must have at least one axis");
  if (weight.ndim() != 1 || weight.shape(0) != x.shape(-1)) {
    invalid("rms_norm: weight ", weight.shape(), " must be [", x.shape(-1), "], the last axis of x ", x.shape());
  }
  for (const mx::array* a : {&x, &weight}) {
    if (!is_element(a->dtype())) {
      invalid("rms_norm: dtypes of x (", x.dtype(), ") and weight (", weight.dtype(),
              ") must be float32, float16 or bfloat16");
    }
  }
  const mx::Stream stream = mx::to_stream(s);
  return mx::array(x.shape(), x.dtype(), std::make_shared<RmsNorm>(stream, eps), {x, weight});
}

}  // namespace kernels
