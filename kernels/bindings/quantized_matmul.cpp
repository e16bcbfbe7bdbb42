#include "quantized_matmul.h"

#include "kernels/bindings.h"
#if __has_include("quantized_matmul_rungs.h")  // the reference shows its ladder; a submission has only the op
#include "quantized_matmul_rungs.h"
#endif

namespace nb = nanobind;
using namespace nb::literals;

namespace kernels {

void bind_quantized_matmul(nb::module_& m) {
  m.def("quantized_matmul", &quantized_matmul, "scales"_a, "biases"_a, "group_size"_a, "bits"_a, "a"_a, "b"_a,
        "transpose_b"_a = false, nb::kw_only(), "stream"_a = nb::none(),
        "Return a @ w.T (transpose_b) or a @ w for weights w in 4 bits, in a's dtype.");
#if __has_include("quantized_matmul_rungs.h")
  m.def("quantized_matmul_rung", &quantized_matmul_rung, "rung"_a, "scales"_a, "biases"_a, "group_size"_a, "bits"_a,
        "a"_a, "b"_a, "transpose_b"_a = false, nb::kw_only(), "stream"_a = nb::none(),
        "Return quantized_matmul as one rung of the reference's ladder computes it, for measuring.");
  m.attr("quantized_matmul_rungs") = kQuantizedMatmulRungs;
#endif
}

}  // namespace kernels
