// RoPE as an MLX op.
#include "rope.h"

#include <cmath>
#include <vector>

#include "dense_metal.h"
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

// As rope.metal has it.
struct MetalRope {
  std::uint32_t heads, L, D, dims;
  std::int32_t offset_step;
  std::uint32_t traditional;
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

#ifdef _METAL_
  void eval_gpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    mx::array& out = outputs[0];
    allocate(out);
    if (out.size() == 0) return;
    const mx::array x = dense_on_gpu(inputs[0], stream());
    const mx::array& offsets = inputs[1];
    const std::size_t batches = out.ndim() == 2 ? 1 : out.shape(0), L = out.shape(-2), D = out.shape(-1);
    const std::size_t rows = out.size() / (L * D);
    MetalRope p{};
    p.heads = static_cast<std::uint32_t>(rows / batches);
    p.L = static_cast<std::uint32_t>(L);
    p.D = static_cast<std::uint32_t>(D);
    p.dims = static_cast<std::uint32_t>(dims_);
    p.offset_step = offsets.size() == 1 ? 0 : static_cast<std::int32_t>(offsets.strides(0));
    p.traditional = traditional_ ? 1 : 0;
    auto& encoder = mx::metal::get_command_encoder(stream());
    encoder.set_compute_pipeline_state(metal_kernel(stream(), "rope_" + mx::type_to_name(out)));
    encoder.set_input_array(x, 0);
    encoder.set_input_array(offsets, 1);
    encoder.set_output_array(out, 2);
    encoder.set_bytes(p, 3);
    encoder.set_vector_bytes(turns(), 4);
    encoder.dispatch_threads(MTL::Size(D - dims_ / 2, L, rows), MTL::Size(32, 1, 1));
  }
#endif

 private:
  // For each pair, how often it turns around from one position to the next: the sum of two floats.
  std::vector<float> turns() const {
    std::vector<float> pairs;
    for (int i = 0; i < dims_ / 2; ++i) {
      const double turn = std::pow(static_cast<double>(base_), -2.0 * i / dims_) / (2 * M_PI);
      const float most = static_cast<float>(turn);
      pairs.insert(pairs.end(), {most, static_cast<float>(turn - static_cast<double>(most))});
    }
    return pairs;
  }

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
