// <metal_logging>: a kernel may log, and nothing is printed.
#pragma once

#include "simulator/scalar.h"

namespace metal {

enum class log_type { debug, info, log, error, fault };

struct os_log {
  constexpr os_log(const char*, const char*) {}
  template <typename... Arguments>
  METAL_FUNC void log(const char*, Arguments...) const {}
  template <typename... Arguments>
  METAL_FUNC void log_with_type(log_type, const char*, Arguments...) const {}
  template <typename... Arguments>
  METAL_FUNC void log_debug(const char*, Arguments...) const {}
  template <typename... Arguments>
  METAL_FUNC void log_info(const char*, Arguments...) const {}
  template <typename... Arguments>
  METAL_FUNC void log_error(const char*, Arguments...) const {}
  template <typename... Arguments>
  METAL_FUNC void log_fault(const char*, Arguments...) const {}
};
inline constexpr os_log os_log_default{"", ""};

}  // namespace metal
