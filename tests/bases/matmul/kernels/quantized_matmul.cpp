// A student's product: each row of weights is unpacked once and multiplied with every row of a. Float inside.
#include "quantized_matmul.h"

#include <vector>

#include "kernels/errors.h"
#include "kernels/primitive.h"

namespace kernels {
namespace {

using Sum = float;

struct Sizes {
  int M, N, K, group;
};

// One row of b: count numbers from its words, with a scale and a bias a group.
void unpack(const uint32_t* words, const float* scales, const float* biases, int count, int group, float* row) {
  for (int i = 0; i < count; i += 8) {
    const uint32_t word = words[i / 8];
    const float scale = scales[i / group];
    const float bias = biases[i / group];
    for (int j = 0; j < 8; ++j) {
      const int q = static_cast<int>(word >> (4 * j) & 0xF);
      row[i + j] = scale * static_cast<float>(q) + bias;
    }
  }
}

float dot(const float* x, const float* y, int count) {
  Sum lanes[8] = {};
  for (int i = 0; i < count; i += 8) {
    for (int j = 0; j < 8; ++j) lanes[j] += x[i + j] * y[i + j];
  }
  Sum total = 0;
  for (int j = 0; j < 8; ++j) total += lanes[j];
  return total;
}

// b is [N, K / 8]: a row of b is a column of the product.
void multiply_transposed(const float* a, const uint32_t* b, const float* scales, const float* biases, float* out,
                         Sizes s) {
  std::vector<float> row(s.K);
  const int groups = s.K / s.group;
  for (int n = 0; n < s.N; ++n) {
    unpack(b + n * (s.K / 8), scales + n * groups, biases + n * groups, s.K, s.group, row.data());
    for (int m = 0; m < s.M; ++m) out[m * s.N + n] = dot(a + m * s.K, row.data(), s.K);
  }
}

// b is [K, N / 8]: a row of b is added to the whole row of the product, a_k times.
void multiply(const float* a, const uint32_t* b, const float* scales, const float* biases, float* out, Sizes s) {
  std::vector<float> row(s.N);
  const int groups = s.N / s.group;
  for (int i = 0; i < s.M * s.N; ++i) out[i] = 0;
  for (int k = 0; k < s.K; ++k) {
    unpack(b + k * (s.N / 8), scales + k * groups, biases + k * groups, s.N, s.group, row.data());
    for (int m = 0; m < s.M; ++m) {
      for (int n = 0; n < s.N; ++n) out[m * s.N + n] += a[m * s.K + k] * row[n];
    }
  }
}

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
    const mx::array& a = inputs[0];
    mx::array& out = outputs[0];
    allocate(out);
    const int K = a.shape(-1);
    const Sizes sizes{K == 0 ? 0 : static_cast<int>(a.size() / K), out.shape(-1), K, group_size_};
    const auto run = transpose_b_ ? multiply_transposed : multiply;
    dispatch(stream(), inputs, out,
             [run, sizes, a = a.data<float>(), b = inputs[1].data<uint32_t>(), scales = inputs[2].data<float>(),
              biases = inputs[3].data<float>(), out = out.data<float>()] { run(a, b, scales, biases, out, sizes); });
  }

 private:
  int group_size_;
  bool transpose_b_;
};

}  // namespace

mx::array quantized_matmul(const mx::array& scales, const mx::array& biases, int group_size, int bits,
                           const mx::array& a, const mx::array& b, bool transpose_b, mx::StreamOrDevice s) {
  if (bits != 4) invalid("quantized_matmul: bits (", bits, ") must be 4");
  if (a.ndim() < 1 || b.ndim() != 2) invalid("quantized_matmul: a ", a.shape(), " or b ", b.shape(), " has wrong axes");
  const int inner = transpose_b ? b.shape(1) * 8 : b.shape(0);
  if (a.shape(-1) != inner) invalid("quantized_matmul: a ", a.shape(), " must have ", inner, " columns");
  const mx::Stream stream = mx::to_stream(s);
  mx::Shape shape = a.shape();
  shape.back() = transpose_b ? b.shape(0) : b.shape(1) * 8;
  auto rows = [&](const mx::array& x) { return mx::contiguous(x, false, stream); };
  auto floats = [&](const mx::array& x) { return rows(mx::astype(x, mx::float32, stream)); };
  auto node = std::make_shared<QuantizedMatmul>(stream, group_size, transpose_b);
  auto out = mx::array(shape, mx::float32, node, {floats(a), rows(b), floats(scales), floats(biases)});
  return mx::astype(out, a.dtype(), stream);
}

}  // namespace kernels
