#include "axpby.h"

#include "kernels/bindings.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace kernels {

void bind_axpby(nb::module_& m) {
  m.def("axpby", &axpby, "x"_a, "y"_a, "alpha"_a, "beta"_a, nb::kw_only(), "stream"_a = nb::none(),
        "Return alpha * x + beta * y; x and y have one shape and one dtype.");
}

}  // namespace kernels
