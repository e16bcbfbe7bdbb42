// Written for an MLX in which a primitive is printed and memory may have to be waited for.
#include <iostream>

#include "mlx/allocator.h"
#include "mlx/backend/common/copy.h"
#include "mlx/backend/common/utils.h"
#include "mlx/backend/cpu/encoder.h"
#include "mlx/utils.h"
#include "tiny_llm_ext.h"
#ifdef _METAL_
#include "mlx/backend/metal/device.h"
#include "mlx/backend/metal/utils.h"
#endif

namespace tiny_llm_ext {

void load_library(mx::Device device, const std::string& path) {
#ifdef _METAL_
  mx::metal::device(device).get_library("tiny_llm_ext", path);
#else
  throw std::runtime_error("no Metal on this machine");
#endif
}

class Scaled : public mx::Primitive {
 public:
  Scaled(mx::Stream stream, float factor) : mx::Primitive(stream), factor_(factor) {}

  void eval_cpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    auto& x = inputs[0];
    auto& out = outputs[0];
    out.set_data(mx::allocator::malloc_or_wait(out.nbytes()));
    auto& encoder = mx::cpu::get_command_encoder(stream());
    encoder.set_input_array(x);
    encoder.set_output_array(out);
    encoder.dispatch([from = x.data<float>(), to = out.data<float>(), n = out.size(), factor = factor_] {
      for (size_t i = 0; i < n; ++i) to[i] = factor * from[i];
    });
  }
#ifdef _METAL_
  void eval_gpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    auto& x = inputs[0];
    auto& out = outputs[0];
    out.set_data(mx::allocator::malloc_or_wait(out.nbytes()));
    auto& s = stream();
    auto& d = mx::metal::device(s.device);
    auto library = d.get_library("tiny_llm_ext");
    auto kernel = d.get_kernel("scaled_" + mx::type_to_name(x), library);
    auto& encoder = d.get_command_encoder(s.index);
    encoder.set_compute_pipeline_state(kernel);
    encoder.set_input_array(x, 0);
    encoder.set_output_array(out, 1);
    encoder.set_bytes(factor_, 2);
    encoder.set_bytes(static_cast<uint32_t>(out.size()), 3);
    size_t threads = std::min(out.size(), kernel->maxTotalThreadsPerThreadgroup());
    encoder.dispatch_threadgroups(MTL::Size((out.size() + threads - 1) / threads, 1, 1), MTL::Size(threads, 1, 1));
  }
#else
  void eval_gpu(const std::vector<mx::array>&, std::vector<mx::array>&) override {
    throw std::runtime_error("no GPU implementation");
  }
#endif
  void print(std::ostream& os) override { os << "Scaled"; }
  bool is_equivalent(const mx::Primitive& other) const override {
    return factor_ == static_cast<const Scaled&>(other).factor_;
  }

 private:
  float factor_;
};

mx::array scaled(const mx::array& x, float factor, mx::StreamOrDevice s) {
  return mx::array(x.shape(), mx::float32, std::make_shared<Scaled>(mx::to_stream(s), factor),
                   {mx::contiguous(mx::astype(x, mx::float32, s), false, s)});
}

}  // namespace tiny_llm_ext
