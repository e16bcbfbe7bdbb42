// SwiGLU as an MLX op.
#include "swiglu.h"

#include "dense_metal.h"
#include "dense_rows.h"
#include "kernels/element.h"
#include "kernels/errors.h"
#include "kernels/primitive.h"

#define KERNELS_FILE "swiglu_rows.h"
#include "kernels/foreach_isa.h"

namespace kernels {
namespace {

class Swiglu : public CpuPrimitive {
 public:
  using CpuPrimitive::CpuPrimitive;

  DEFINE_NAME(Swiglu)
  DEFINE_DEFAULT_IS_EQUIVALENT()

  void eval_cpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    mx::array& out = outputs[0];
    allocate(out);
    if (out.size() == 0) return;
    const std::ptrdiff_t columns = out.ndim() == 0 ? 1 : out.shape(-1);
    dispatch(stream(), inputs, out,
             [type = element_of(out.dtype()), columns, gate = Dense(inputs[0]), up = Dense(inputs[1]),
              out = out.data<char>()]() mutable {
               gate.fill();
               up.fill();
               KERNELS_DISPATCH(swiglu_rows)(DenseRows(gate), DenseRows(up), type, columns, out);
             });
  }

#ifdef _METAL_
  void eval_gpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    mx::array& out = outputs[0];
    allocate(out);
    if (out.size() == 0) return;
    const mx::array gate = dense_on_gpu(inputs[0], stream()), up = dense_on_gpu(inputs[1], stream());
    auto* kernel = metal_kernel(stream(), "swiglu_" + mx::type_to_name(out));
    auto& encoder = mx::metal::get_command_encoder(stream());
    encoder.set_compute_pipeline_state(kernel);
    encoder.set_input_array(gate, 0);
    encoder.set_input_array(up, 1);
    encoder.set_output_array(out, 2);
    const std::size_t threads = std::min<std::size_t>(out.size(), kernel->maxTotalThreadsPerThreadgroup());
    encoder.dispatch_threads(MTL::Size(out.size(), 1, 1), MTL::Size(threads, 1, 1));
  }
#endif
};

}  // namespace

mx::array swiglu(const mx::array& gate, const mx::array& up, mx::StreamOrDevice s) {
  if (gate.shape() != up.shape()) {
    invalid("swiglu: gate ", gate.shape(), " and up ", up.shape(), " must have one shape");
  }
  if (gate.dtype() != up.dtype() || !is_element(gate.dtype())) {
    invalid("swiglu: dtypes of gate (", gate.dtype(), ") and up (", up.dtype(),
            ") must be one, float32, float16 or bfloat16");
  }
  const mx::Stream stream = mx::to_stream(s);
  return mx::array(gate.shape(), gate.dtype(), std::make_shared<Swiglu>(stream), {gate, up});
}

}  // namespace kernels
