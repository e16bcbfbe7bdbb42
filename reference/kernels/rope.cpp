// RoPE as an MLX op.
#include "rope.h"

#include "dense_rows.h"
#include "kernels/element.h"
#include "kernels/errors.h"
#include "kernels/primitive.h"

namespace kernels {

struct RopeCall {
  const DenseRows* rows;        // [B, heads, L] of them
  const std::int32_t* offsets;  // [B], or one for all (offset_step 0)
  std::ptrdiff_t offset_step;
  std::ptrdiff_t heads, L;
  int dims, dim;
  bool traditional;
  float base;
  void* out;
};

}  // namespace kernels

#define KERNELS_FILE "rope_rows.h"
#include "kernels/foreach_isa.h"

namespace kernels {
namespace {

class Rope : public CpuPrimitive {
 public:
  Rope(mx::Stream stream, int dims, float base, bool traditional)
      : CpuPrimitive(stream), dims_(dims), base_(base), traditional_(traditional) {}

  DEFINE_NAME(Rope)

  bool is_equivalent(const mx::Primitive& other) const override {
    const auto& node = static_cast<const Rope&>(other);
    return dims_ == node.dims_ && base_ == node.base_ && traditional_ == node.traditional_;
  }

  void eval_cpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    mx::array& out = outputs[0];
    allocate(out);
    if (out.size() == 0) return;
    const mx::array& offsets = inputs[1];
    const std::ptrdiff_t batches = out.ndim() == 2 ? 1 : out.shape(0), L = out.shape(-2);
    RopeCall call{};
    call.offsets = offsets.data<std::int32_t>();
    call.offset_step = offsets.size() == 1 ? 0 : offsets.strides(0);
    call.L = L;
    call.dim = out.shape(-1);
    call.heads = static_cast<std::ptrdiff_t>(out.size()) / (batches * L * call.dim);
    call.dims = dims_;
    call.traditional = traditional_;
    call.base = base_;
    call.out = out.data<char>();
    dispatch(stream(), inputs, out, [call, type = element_of(out.dtype()), batches, x = Dense(inputs[0])]() mutable {
      x.fill();
      const DenseRows rows(x);
      call.rows = &rows;
      KERNELS_DISPATCH(rope_rows)(call, type, batches);
    });
  }

 private:
  int dims_;
  float base_;
  bool traditional_;
};

}  // namespace

mx::array rope(const mx::array& x, int dims, float base, bool traditional, const mx::array& offsets,
               mx::StreamOrDevice s) {
  if (x.ndim() < 2) invalid("rope: x ", x.shape(), " must be [..., L, D]");
  if (dims <= 0 || dims % 2 != 0 || dims > x.shape(-1)) {
    invalid("rope: dims (", dims, ") must be even, above 0 and at most D (", x.shape(-1), ")");
  }
  if (!is_element(x.dtype())) invalid("rope: x's dtype (", x.dtype(), ") must be float32, float16 or bfloat16");
  if (offsets.dtype() != mx::int32) invalid("rope: dtype of offsets (", offsets.dtype(), ") must be int32");
  const int batches = x.ndim() == 2 ? 1 : x.shape(0);
  if (offsets.ndim() > 1 || (offsets.size() != 1 && offsets.size() != static_cast<std::size_t>(batches))) {
    invalid("rope: offsets ", offsets.shape(), " must be [], [1] or [", batches, "], one for each batch row");
  }
  const mx::Stream stream = mx::to_stream(s);
  return mx::array(x.shape(), x.dtype(), std::make_shared<Rope>(stream, dims, base, traditional), {x, offsets});
}

}  // namespace kernels
