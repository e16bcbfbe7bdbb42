// How an op is made, in three steps. A graph node: axpby() checks its arguments and returns an array that has a shape
// but no values. Evaluation: MLX calls eval_cpu when somebody needs the values, or eval_gpu. The loop: plain C++ on
// pointers; on the GPU a thread for each element, in axpby.metal.
#include "axpby.h"

#include <algorithm>

#include "kernels/errors.h"
#include "kernels/metal.h"
#include "kernels/primitive.h"

namespace kernels {
namespace {

// The loop knows nothing of MLX but the element type.
template <class T>
void axpby_loop(const T* x, const T* y, T* out, std::size_t size, float alpha, float beta) {
  for (std::size_t i = 0; i < size; ++i) {
    out[i] = static_cast<T>(alpha * static_cast<float>(x[i]) + beta * static_cast<float>(y[i]));
  }
}

class Axpby : public CpuPrimitive {
 public:
  Axpby(mx::Stream stream, float alpha, float beta) : CpuPrimitive(stream), alpha_(alpha), beta_(beta) {}

  DEFINE_NAME(Axpby)

  // Lets mx.compile and the graph's simplification see that two nodes do the same.
  bool is_equivalent(const mx::Primitive& other) const override {
    const auto& node = static_cast<const Axpby&>(other);
    return alpha_ == node.alpha_ && beta_ == node.beta_;
  }

  void eval_cpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    switch (outputs[0].dtype()) {
      case mx::float32:
        return queue<float>(inputs, outputs[0]);
      case mx::float16:
        return queue<mx::float16_t>(inputs, outputs[0]);
      default:
        return queue<mx::bfloat16_t>(inputs, outputs[0]);
    }
  }

#ifdef _METAL_
  void eval_gpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    mx::array& out = outputs[0];
    allocate(out);
    if (out.size() == 0) return;
    auto* kernel = metal_kernel(stream(), "axpby_" + mx::type_to_name(out));
    auto& encoder = mx::metal::get_command_encoder(stream());
    encoder.set_compute_pipeline_state(kernel);
    encoder.set_input_array(inputs[0], 0);  // [[buffer(0)]], and so on
    encoder.set_input_array(inputs[1], 1);
    encoder.set_output_array(out, 2);
    encoder.set_bytes(alpha_, 3);
    encoder.set_bytes(beta_, 4);
    const std::size_t most = kernel->maxTotalThreadsPerThreadgroup();
    encoder.dispatch_threads(MTL::Size(out.size(), 1, 1), MTL::Size(std::min(out.size(), most), 1, 1));
  }
#endif

 private:
  template <class T>
  void queue(const std::vector<mx::array>& inputs, mx::array& out) {
    allocate(out);
    // Pointers and numbers by value: the loop runs later, on the stream's own thread.
    dispatch(stream(), inputs, out,
             [x = inputs[0].data<T>(), y = inputs[1].data<T>(), out = out.data<T>(), size = out.size(), alpha = alpha_,
              beta = beta_] { axpby_loop(x, y, out, size, alpha, beta); });
  }

  float alpha_, beta_;
};

}  // namespace

mx::array axpby(const mx::array& x, const mx::array& y, float alpha, float beta, mx::StreamOrDevice s) {
  if (x.shape() != y.shape()) invalid("axpby: x ", x.shape(), " and y ", y.shape(), " must have the same shape");
  if (x.dtype() != y.dtype()) invalid("axpby: x (", x.dtype(), ") and y (", y.dtype(), ") must have the same dtype");
  if (x.dtype() != mx::float32 && x.dtype() != mx::float16 && x.dtype() != mx::bfloat16) {
    invalid("axpby: dtype (", x.dtype(), ") must be float32, float16 or bfloat16");
  }
  const mx::Stream stream = mx::to_stream(s);
  return mx::array(x.shape(), x.dtype(), std::make_shared<Axpby>(stream, alpha, beta),
                   {mx::contiguous(x, false, stream), mx::contiguous(y, false, stream)});
}

}  // namespace kernels
