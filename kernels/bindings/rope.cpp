#include "rope.h"

#include "kernels/bindings.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace kernels {

void bind_rope(nb::module_& m) {
  m.def("rope", &rope, "x"_a, "dims"_a, "base"_a, "traditional"_a, "offsets"_a, nb::kw_only(), "stream"_a = nb::none(),
        "Return x [B, ..., L, D] with its first dims channels rotated by position; the first position of each batch "
        "row is in offsets, int32 [] or [B].");
}

}  // namespace kernels
