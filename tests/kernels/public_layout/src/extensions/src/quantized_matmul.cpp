#include <cstdint>

#include "mlx/backend/cpu/encoder.h"
#include "mlx/utils.h"
#include "tiny_llm_ext.h"

#ifdef _METAL_
#include "mlx/backend/metal/device.h"
#include "mlx/backend/metal/utils.h"
#endif

namespace tiny_llm_ext {

class QuantizedMatmul : public mx::Primitive {
 public:
  QuantizedMatmul(mx::Stream stream, int group_size) : mx::Primitive(stream), group_size_(group_size) {}

  void eval_cpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    auto& out = outputs[0];
    out.set_data(mx::allocator::malloc(out.nbytes()));
    auto& encoder = mx::cpu::get_command_encoder(stream());
    for (auto& input : inputs) encoder.set_input_array(input);
    encoder.set_output_array(out);
    const int M = inputs[0].shape(0), K = inputs[0].shape(1), N = inputs[1].shape(0), group = group_size_;
    encoder.dispatch([=, a = inputs[0].data<float>(), b = inputs[1].data<uint32_t>(), scales = inputs[2].data<float>(),
                      biases = inputs[3].data<float>(), c = out.data<float>()] {
      for (int m = 0; m < M; ++m) {
        for (int n = 0; n < N; ++n) {
          float sum = 0;
          for (int k = 0; k < K; ++k) {
            const int g = (n * K + k) / group;
            const float w = scales[g] * ((b[(n * K + k) / 8] >> (4 * (k % 8))) & 15) + biases[g];
            sum += a[m * K + k] * w;
          }
          c[m * N + n] = sum;
        }
      }
    });
  }
  void eval_gpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    const auto &a = inputs[0], &b = inputs[1], &scales = inputs[2], &biases = inputs[3];
    auto& out = outputs[0];
    out.set_data(mx::allocator::malloc(out.nbytes()));
    const auto& s = stream();
    auto& d = mx::metal::device(s.device);
    auto* kernel = d.get_kernel("quantized_matmul_w4a16_" + std::to_string(group_size_), d.get_library("tiny_llm_ext"));
    auto& encoder = mx::metal::get_command_encoder(s);
    encoder.set_compute_pipeline_state(kernel);
    encoder.set_input_array(scales, 0);
    encoder.set_input_array(biases, 1);
    encoder.set_input_array(a, 2);
    encoder.set_input_array(b, 3);
    encoder.set_output_array(out, 4);
    const int M = a.shape(0), N = out.shape(1), K = a.shape(1);
    encoder.set_bytes(M, 5);
    encoder.set_bytes(N, 6);
    encoder.set_bytes(K, 7);
    encoder.dispatch_threadgroups(MTL::Size((M + 15) / 16, (N + 31) / 32, 1), MTL::Size(16, 32, 1));
  }
  const char* name() const override { return "QuantizedMatmul"; }

 private:
  int group_size_;
};

mx::array quantized_matmul(const mx::array& scales, const mx::array& biases, int group_size, int bits,
                           const mx::array& a, const mx::array& b, mx::StreamOrDevice s) {
  if (bits != 4) throw std::invalid_argument("bits must be 4");
  auto wide = [&](const mx::array& x) { return mx::astype(x, mx::float32, s); };
  auto out =
      mx::array({a.shape(0), b.shape(0)}, mx::float32, std::make_shared<QuantizedMatmul>(mx::to_stream(s), group_size),
                {wide(a), mx::contiguous(b, false, s), wide(scales), wide(biases)});
  return mx::astype(out, a.dtype(), s);
}

}  // namespace tiny_llm_ext
