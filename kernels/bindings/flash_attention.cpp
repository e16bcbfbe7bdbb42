#include "flash_attention.h"

#include "kernels/bindings.h"
#if __has_include("flash_attention_rungs.h")  // the reference shows its ladder; a submission has only the op
#include "flash_attention_rungs.h"
#endif

namespace nb = nanobind;
using namespace nb::literals;

namespace kernels {

void bind_flash_attention(nb::module_& m) {
  m.def("flash_attention", &flash_attention, "query"_a, "key"_a, "value"_a, "scale"_a, "mask"_a = nb::none(),
        "causal"_a = false, nb::kw_only(), "stream"_a = nb::none(),
        "Return softmax(scale * query @ key^T + mask) @ value for query [..., H_q, L, D] and key, value "
        "[..., H, S, D]; a row that sees no key is 0.");
#if __has_include("flash_attention_rungs.h")
  m.def("flash_attention_rung", &flash_attention_rung, "rung"_a, "query"_a, "key"_a, "value"_a, "scale"_a,
        "mask"_a = nb::none(), "causal"_a = false, nb::kw_only(), "stream"_a = nb::none(),
        "Return flash_attention as one rung of the reference's ladder computes it, for measuring.");
  m.attr("flash_attention_rungs") = kFlashAttentionRungs;
#endif
}

}  // namespace kernels
