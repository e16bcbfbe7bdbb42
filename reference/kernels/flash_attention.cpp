// Attention as an MLX op: checks arguments, finds where the numbers lie, and leaves the work to the ladder.
#include "flash_attention.h"

#include "attention_problem.h"
#include "dense.h"
#include "flash_attention_metal.h"
#include "flash_attention_rungs.h"
#include "kernels/errors.h"
#include "kernels/primitive.h"

#define KERNELS_FILE "flash_attention_ladder.h"
#include "kernels/foreach_isa.h"

namespace kernels {
namespace {

// Strides of an array's axes, the two leading ones first; axes that are not there have stride 0.
struct Strides {
  std::ptrdiff_t batch0 = 0, batch1 = 0, head, row, last;

  explicit Strides(const mx::Strides& strides) {
    const std::size_t n = strides.size();
    head = strides[n - 3];
    row = strides[n - 2];
    last = strides[n - 1];
    if (n >= 4) batch1 = strides[n - 4];
    if (n >= 5) batch0 = strides[n - 5];
  }
};

Heads heads_in_place(const Dense& x) {
  const Strides strides(x.strides());
  return {x.data(), strides.batch0, strides.batch1, strides.head, strides.row};
}

Mask mask_in_place(const mx::array& mask) {
  const Strides strides(mask.strides());
  return {mask.data<void>(), element_of(mask.dtype()), strides.batch0, strides.batch1, strides.head, strides.row,
          strides.last};
}

class FlashAttention : public CpuPrimitive {
 public:
  FlashAttention(mx::Stream stream, int rung, float scale, bool causal)
      : CpuPrimitive(stream), rung_(rung), scale_(scale), causal_(causal) {}

  DEFINE_NAME(FlashAttention)
  std::vector<mx::Shape> output_shapes(const std::vector<mx::array>& inputs) override { return {inputs[0].shape()}; }

  bool is_equivalent(const mx::Primitive& other) const override {
    const auto& node = static_cast<const FlashAttention&>(other);
    return rung_ == node.rung_ && scale_ == node.scale_ && causal_ == node.causal_;
  }

  void eval_cpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    mx::array& out = outputs[0];
    allocate(out);
    if (out.size() == 0) return;
    const mx::Shape& q = inputs[0].shape();
    const mx::Shape& k = inputs[1].shape();
    const std::size_t n = q.size();
    AttentionProblem p{};
    p.element = element_of(out.dtype());
    p.B0 = n >= 5 ? q[n - 5] : 1;
    p.B1 = n >= 4 ? q[n - 4] : 1;
    p.H_q = q[n - 3];
    p.H = k[n - 3];
    p.L = q[n - 2];
    p.S = k[n - 2];
    p.D = q[n - 1];
    p.scale = scale_;
    p.causal = causal_;
    p.out = out.data<void>();
    if (inputs.size() == 4) p.mask = mask_in_place(inputs[3]);
    dispatch(stream(), inputs, out,
             [p, rung = rung_, query = Dense(inputs[0]), key = Dense(inputs[1]), value = Dense(inputs[2])]() mutable {
               query.fill();
               key.fill();
               value.fill();
               p.q = heads_in_place(query);
               p.k = heads_in_place(key);
               p.v = heads_in_place(value);
               KERNELS_DISPATCH(attention_rung)(rung, p);
             });
  }

#ifdef _METAL_
  void eval_gpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    mx::array& out = outputs[0];
    allocate(out);
    if (out.size() != 0) flash_attention_on_gpu(stream(), inputs, out, rung_, scale_, causal_);
  }
#endif

 private:
  int rung_;
  float scale_;
  bool causal_;
};

void check_shapes(const mx::array& query, const mx::array& key, const mx::array& value) {
  const int n = static_cast<int>(query.ndim());
  if (n < 3 || n > 5) invalid("flash_attention: query ", query.shape(), " must be [..., H_q, L, D] with 3 to 5 axes");
  if (key.shape() != value.shape()) {
    invalid("flash_attention: key ", key.shape(), " and value ", value.shape(), " must have the same shape");
  }
  bool fits = static_cast<int>(key.ndim()) == n && key.shape(-1) == query.shape(-1);
  for (int axis = 0; fits && axis < n - 3; ++axis) fits = key.shape(axis) == query.shape(axis);
  if (!fits) {
    invalid("flash_attention: key ", key.shape(), " must have the leading axes and the last axis of query ",
            query.shape());
  }
  const int H_q = query.shape(-3), H = key.shape(-3);
  if (H_q != 0 && (H == 0 || H_q % H != 0)) {
    invalid("flash_attention: number of query heads (", H_q, ") must be a multiple of key/value heads (", H, ")");
  }
}

void check_dtypes(const mx::array& query, const mx::array& key, const mx::array& value) {
  if (!is_element(query.dtype())) {
    invalid("flash_attention: query's dtype (", query.dtype(), ") must be float32, float16 or bfloat16");
  }
  for (const mx::array* x : {&key, &value}) {
    if (x->dtype() != query.dtype()) {
      invalid("flash_attention: dtypes of query (", query.dtype(), "), key (", key.dtype(), ") and value (",
              value.dtype(), ") must be one");
    }
  }
}

// The mask with the axes of the scores, as a view.
mx::array scores_mask(const mx::array& mask, const mx::array& query, int S, const mx::Stream& stream) {
  if (!is_element(mask.dtype())) {
    invalid("flash_attention: mask's dtype (", mask.dtype(), ") must be float32, float16 or bfloat16: it is added");
  }
  mx::Shape scores = query.shape();
  scores.back() = S;
  bool fits = mask.ndim() <= scores.size();
  for (int i = 1; fits && i <= static_cast<int>(mask.ndim()); ++i) {
    fits = mask.shape(-i) == 1 || mask.shape(-i) == scores[scores.size() - i];
  }
  if (!fits) invalid("flash_attention: mask ", mask.shape(), " must broadcast to [..., H_q, L, S], here ", scores);
  return mx::broadcast_to(mask, scores, stream);
}

}  // namespace

mx::array flash_attention_rung(int rung, const mx::array& query, const mx::array& key, const mx::array& value,
                               float scale, const std::optional<mx::array>& mask, bool causal, mx::StreamOrDevice s) {
  if (rung < 1 || rung > kFlashAttentionRungs) {
    invalid("flash_attention: rung (", rung, ") must be between 1 and ", kFlashAttentionRungs);
  }
  check_shapes(query, key, value);
  check_dtypes(query, key, value);
  const mx::Stream stream = mx::to_stream(s);
  std::vector<mx::array> inputs{query, key, value};
  if (mask) inputs.push_back(scores_mask(*mask, query, key.shape(-2), stream));
  return mx::array(query.shape(), query.dtype(), std::make_shared<FlashAttention>(stream, rung, scale, causal),
                   std::move(inputs));
}

mx::array flash_attention(const mx::array& query, const mx::array& key, const mx::array& value, float scale,
                          const std::optional<mx::array>& mask, bool causal, mx::StreamOrDevice s) {
  return flash_attention_rung(kFlashAttentionRungs, query, key, value, scale, mask, causal, s);
}

}  // namespace kernels
