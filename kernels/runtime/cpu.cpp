#include "kernels/cpu.h"

#include <atomic>

#include "kernels/errors.h"

namespace kernels {
namespace {

constexpr const char* kNames[] = {"plain", "neon", "avx2", "avx512"};

Isa detect() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  const bool v4 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vnni");
  return v3 && v4 ? Isa::avx512 : v3 ? Isa::avx2 : Isa::plain;
#elif defined(__aarch64__)
  return Isa::neon;  // part of the architecture
#else
  return Isa::plain;
#endif
}

bool available(Isa wanted) {
  const Isa widest = detect();
  return wanted == Isa::plain || wanted == widest || (wanted == Isa::avx2 && widest == Isa::avx512);
}

std::atomic<Isa> allowed{detect()};

}  // namespace

Isa isa() { return allowed.load(std::memory_order_relaxed); }

std::string isa_name() { return kNames[static_cast<int>(isa())]; }

void limit_isa(const std::string& name) {
  for (int i = 0; i < 4; ++i) {
    if (name == kNames[i] && available(static_cast<Isa>(i))) {
      allowed.store(static_cast<Isa>(i), std::memory_order_relaxed);
      return;
    }
  }
  invalid("limit_isa: '", name, "' is not an instruction set of this machine (plain .. ",
          kNames[static_cast<int>(detect())], ")");
}

}  // namespace kernels
