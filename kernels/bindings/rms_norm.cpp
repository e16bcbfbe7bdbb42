#include "rms_norm.h"

#include "kernels/bindings.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace kernels {

void bind_rms_norm(nb::module_& m) {
  m.def("rms_norm", &rms_norm, "x"_a, "weight"_a, "eps"_a, nb::kw_only(), "stream"_a = nb::none(),
        "Return x / sqrt(mean(x^2) + eps) * weight along the last axis, computed in float32.");
}

}  // namespace kernels
