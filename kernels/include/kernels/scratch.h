// Memory that a thread keeps from call to call: malloc for every product would cost as much as a small one.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

namespace kernels {

// Grows and never shrinks. Use it as `thread_local Scratch name;`. Aligned to a cache line, so that no vector load
// touches two.
class Scratch {
 public:
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::free(memory_); }

  // At least count values of T, not initialised; the pointer holds until the next get().
  template <class T>
  T* get(std::ptrdiff_t count) {
    const std::size_t bytes = (static_cast<std::size_t>(count) * sizeof(T) + 63) / 64 * 64;
    if (bytes > bytes_) {
      std::free(memory_);
      memory_ = std::aligned_alloc(64, bytes);
      bytes_ = memory_ ? bytes : 0;
      if (!memory_) throw std::bad_alloc();
    }
    return static_cast<T*>(memory_);
  }

 private:
  void* memory_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace kernels
