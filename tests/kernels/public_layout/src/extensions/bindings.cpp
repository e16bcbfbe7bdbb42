#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/variant.h>

#include "tiny_llm_ext.h"

namespace nb = nanobind;
using namespace nb::literals;

NB_MODULE(_ext, m) {
  m.doc() = "An extension of MLX.";
  m.def("load_library", &tiny_llm_ext::load_library, "device"_a, "path"_a);
  m.def("scaled", &tiny_llm_ext::scaled, "x"_a, "factor"_a, nb::kw_only(), "stream"_a = nb::none());
  m.def("quantized_matmul", &tiny_llm_ext::quantized_matmul, "scales"_a, "biases"_a, "group_size"_a, "bits"_a, "a"_a,
        "b"_a, nb::kw_only(), "stream"_a = nb::none());
  m.def("flash_attention", &tiny_llm_ext::flash_attention, "query"_a, "key"_a, "value"_a, "scale"_a, nb::kw_only(),
        "stream"_a = nb::none());
}
