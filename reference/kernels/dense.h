// An input array that is read in place if it lies as the op needs it, as a copy made on the stream if not: whether it
// does is known when MLX evaluates the op. (A node mx::contiguous before each op would cost more than a small product.)
#pragma once

#include <cstring>
#include <vector>

#include "mlx/mlx.h"

namespace kernels {

namespace mx = mlx::core;

class Dense {
 public:
  enum Need { kLastAxis, kAllAxes };  // what has to be dense

  // Call when MLX evaluates the op: strides are known then, values not yet.
  explicit Dense(const mx::array& x, Need need = kLastAxis)
      : source_(x.data<char>()), shape_(x.shape()), strides_(x.strides()), itemsize_(x.itemsize()) {
    const bool fits =
        need == kAllAxes ? x.flags().row_contiguous : x.ndim() == 0 || shape_.back() <= 1 || strides_.back() == 1;
    copied_ = x.size() > 0 && !fits;
  }

  // Call when the values are there, before data() and strides().
  void fill() {
    if (!copied_) return;
    const mx::Strides from = strides_;
    std::size_t size = itemsize_;
    for (std::size_t axis = shape_.size(); axis-- > 0;) {
      strides_[axis] = static_cast<std::int64_t>(size / itemsize_);
      size *= shape_[axis];
    }
    copy_.resize(size);
    copy_axis(0, source_, copy_.data(), from);
  }

  const char* data() const { return copied_ ? copy_.data() : source_; }
  const mx::Shape& shape() const { return shape_; }
  const mx::Strides& strides() const { return strides_; }
  std::ptrdiff_t itemsize() const { return static_cast<std::ptrdiff_t>(itemsize_); }

 private:
  void copy_axis(std::size_t axis, const char* from, char* to, const mx::Strides& from_strides) const {
    if (axis == shape_.size()) {
      std::memcpy(to, from, itemsize_);
      return;
    }
    const std::ptrdiff_t item = static_cast<std::ptrdiff_t>(itemsize_);
    for (std::ptrdiff_t i = 0; i < shape_[axis]; ++i) {
      copy_axis(axis + 1, from + i * from_strides[axis] * item, to + i * strides_[axis] * item, from_strides);
    }
  }

  const char* source_;
  mx::Shape shape_;
  mx::Strides strides_;
  std::size_t itemsize_;
  bool copied_;
  std::vector<char> copy_;
};

}  // namespace kernels
