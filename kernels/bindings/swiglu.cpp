#include "swiglu.h"

#include "kernels/bindings.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace kernels {

void bind_swiglu(nb::module_& m) {
  m.def("swiglu", &swiglu, "gate"_a, "up"_a, nb::kw_only(), "stream"_a = nb::none(), "Return silu(gate) * up.");
}

}  // namespace kernels
