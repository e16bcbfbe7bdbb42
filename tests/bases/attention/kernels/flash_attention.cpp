// A student's attention: a query walks over its keys in blocks and corrects what it has whenever the maximum grows.
#include "flash_attention.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/errors.h"
#include "kernels/primitive.h"

namespace kernels {
namespace {

using Sum = float;
constexpr int kBlock = 32;

struct Sizes {
  int heads, group, L, S, D;  // heads: query heads of the whole batch; group: of them for each KV head
  float scale;
  bool causal;
};

float dot(const float* x, const float* y, int count) {
  float lanes[8] = {};
  int i = 0;
  for (; i + 8 <= count; i += 8) {
    for (int j = 0; j < 8; ++j) lanes[j] += x[i + j] * y[i + j];
  }
  float total = 0;
  for (int j = 0; j < 8; ++j) total += lanes[j];
  for (; i < count; ++i) total += x[i] * y[i];
  return total;
}

// One query: out [D]. mask is its row, with a stride, or null.
void attend(const float* q, const float* k, const float* v, const float* mask, int64_t mask_stride, int visible,
            float* out, const Sizes& s) {
  float scores[kBlock];
  std::vector<Sum> acc(s.D, 0.0f);
  float top = -std::numeric_limits<float>::infinity();
  Sum total = 0;
  for (int start = 0; start < visible; start += kBlock) {
    const int count = std::min(kBlock, visible - start);
    float higher = top;
    for (int j = 0; j < count; ++j) {
      const int key = start + j;
      scores[j] = dot(q, k + key * s.D, s.D) * s.scale;
      if (mask) scores[j] += mask[key * mask_stride];
      higher = std::max(higher, scores[j]);
    }
    if (std::isinf(higher)) continue;  // nothing visible so far
    const float factor = std::exp(top - higher);
    total *= factor;
    for (int d = 0; d < s.D; ++d) acc[d] *= factor;
    for (int j = 0; j < count; ++j) {
      const float weight = std::exp(scores[j] - higher);
      total += weight;
      for (int d = 0; d < s.D; ++d) acc[d] += weight * v[(start + j) * s.D + d];
    }
    top = higher;
  }
  const float inverse = total == 0 ? 0 : 1 / total;
  for (int d = 0; d < s.D; ++d) out[d] = acc[d] * inverse;
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
    const mx::array &q = inputs[0], &k = inputs[1];
    mx::array& out = outputs[0];
    allocate(out);
    const int L = q.shape(-2), S = k.shape(-2), D = q.shape(-1), group = q.shape(-3) / k.shape(-3);
    const Sizes s{L * D == 0 ? 0 : static_cast<int>(q.size() / (L * D)), group, L, S, D, scale_, causal_};
    const float* mask = inputs.size() > 3 ? inputs[3].data<float>() : nullptr;
    std::vector<int64_t> strides(3, 0);  // of the mask, flattened to [heads, L, S]
    if (mask) strides.assign(inputs[3].strides().begin(), inputs[3].strides().end());
    dispatch(stream(), inputs, out,
             [s, mask, strides, q = q.data<float>(), k = k.data<float>(), v = inputs[2].data<float>(),
              out = out.data<float>()] {
               for (int h = 0; h < s.heads; ++h) {
                 const float* keys = k + (h / s.group) * s.S * s.D;
                 const float* values = v + (h / s.group) * s.S * s.D;
                 for (int i = 0; i < s.L; ++i) {
                   const float* row = mask ? mask + h * strides[0] + i * strides[1] : nullptr;
                   const int visible = s.causal ? std::clamp(s.S - s.L + i + 1, 0, s.S) : s.S;
                   const int at = (h * s.L + i) * s.D;
                   attend(q + at, keys, values, row, strides[2], visible, out + at, s);
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
  if (query.shape(-3) % key.shape(-3) != 0 || query.shape(-1) != key.shape(-1)) {
    invalid("flash_attention: query ", query.shape(), " does not fit key ", key.shape());
  }
  const mx::Stream stream = mx::to_stream(s);
  auto floats = [&](const mx::array& x) { return mx::contiguous(mx::astype(x, mx::float32, stream), false, stream); };
  std::vector<mx::array> inputs{floats(query), floats(key), floats(value)};
  if (mask) {
    mx::Shape scores = query.shape();
    scores.back() = key.shape(-2);
    auto whole = mx::broadcast_to(mx::astype(*mask, mx::float32, stream), scores, stream);
    inputs.push_back(mx::reshape(whole, {-1, query.shape(-2), key.shape(-2)}, stream));
  }
  auto node = std::make_shared<FlashAttention>(stream, scale, causal);
  return mx::astype(mx::array(query.shape(), mx::float32, node, inputs), query.dtype(), stream);
}

}  // namespace kernels
