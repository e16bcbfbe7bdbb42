// A growing array of plain structures: the runtime uses no C++ standard library, since it is loaded beside others that
// bring their own. Every array lives as long as the process and serves the next dispatch again, so there is no
// destructor, and none that runs at exit.
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

namespace runtime {

template <typename T>
class Array {
 public:
  Array() = default;
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

  T* begin() { return items_; }
  T* end() { return items_ + size_; }
  const T* begin() const { return items_; }
  const T* end() const { return items_ + size_; }
  T& operator[](uint64_t i) { return items_[i]; }
  const T& operator[](uint64_t i) const { return items_[i]; }
  uint64_t size() const { return size_; }
  void clear() { size_ = 0; }

  T& push(const T& item) {
    if (size_ == capacity_) reserve(capacity_ ? 2 * capacity_ : 16);
    return items_[size_++] = item;
  }
  // Sets every item to zero bytes.
  void assign_zero(uint64_t size) {
    reserve(size);
    size_ = size;
    if (size) memset(static_cast<void*>(items_), 0, size * sizeof(T));
  }
  void reserve(uint64_t capacity) {
    if (capacity <= capacity_) return;
    void* grown = realloc(static_cast<void*>(items_), capacity * sizeof(T));
    if (!grown) abort();  // Linux hands out address space before memory: this is a broken size, not a full machine
    items_ = static_cast<T*>(grown);
    capacity_ = capacity;
  }

 private:
  T* items_ = nullptr;
  uint64_t size_ = 0, capacity_ = 0;
};

}  // namespace runtime
