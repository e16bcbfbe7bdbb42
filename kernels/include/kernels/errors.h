// Errors that reach Python: std::invalid_argument becomes ValueError, NotImplemented becomes NotImplementedError.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace kernels {

// A task that the student has not done yet: throw NotImplemented("task 2.2: ...").
struct NotImplemented : std::logic_error {
  using std::logic_error::logic_error;
};

// Throw std::invalid_argument with the parts put together: invalid("quantized_matmul: bits (", bits, ") must be 4").
template <class... Parts>
[[noreturn]] void invalid(const Parts&... parts) {
  std::ostringstream message;
  (message << ... << parts);
  throw std::invalid_argument(message.str());
}

}  // namespace kernels
