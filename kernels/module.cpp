// The Python module `kernels`: one bind_<op>() for each op that this build has (CMake writes the list).
#include <nanobind/nanobind.h>

#include "kernels/bindings.h"
#include "kernels/cpu.h"
#include "kernels/errors.h"
#include "kernels/thread_pool.h"

namespace nb = nanobind;

namespace kernels {

#define OP(name) void bind_##name(nb::module_& m);
#include "kernels/ops.inc"
#undef OP

// A task that is not done yet is NotImplementedError in Python, so that it is told apart from a failure.
static void translate_not_implemented(const std::exception_ptr& error, void*) {
  try {
    std::rethrow_exception(error);
  } catch (const NotImplemented& e) {
    PyErr_SetString(PyExc_NotImplementedError, e.what());
  }
}

}  // namespace kernels

NB_MODULE(kernels, m) {
  using namespace kernels;
  m.doc() = "C++ kernels for MLX arrays, built by kernels.build.";
  nb::module_::import_("mlx.core");  // registers the array type that every signature below names
  nb::register_exception_translator(translate_not_implemented);
  m.def("isa", &isa_name, "Return the widest instruction set that the kernels use on this machine.");
  m.def("limit_isa", &limit_isa, nb::arg("name"), "Use no wider instruction set than the named one; for tests.");
  m.def("num_threads", &num_threads, "Return how many threads a kernel may use.");
  m.def("set_num_threads", &set_num_threads, nb::arg("n"), "Let kernels use n threads, the caller's included.");
#define OP(name) bind_##name(m);
#include "kernels/ops.inc"
#undef OP
}
