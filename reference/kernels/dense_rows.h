// The rows of an array, one after the other, in place: what an op along the last axis walks over.
#pragma once

#include "dense.h"

namespace kernels {

class DenseRows {
 public:
  // Call after x.fill(). An array without axes is one row of one element.
  explicit DenseRows(const Dense& x)
      : data_(x.data()), itemsize_(x.itemsize()), shape_(x.shape()), strides_(x.strides()) {
    count_ = 1;
    for (std::size_t axis = 0; axis + 1 < shape_.size(); ++axis) count_ *= shape_[axis];
  }

  std::ptrdiff_t count() const { return count_; }

  const void* row(std::ptrdiff_t i) const {
    std::ptrdiff_t offset = 0;
    for (std::size_t axis = shape_.size() - (shape_.empty() ? 0 : 1); axis-- > 0;) {
      offset += i % shape_[axis] * strides_[axis];
      i /= shape_[axis];
    }
    return data_ + offset * itemsize_;
  }

 private:
  const char* data_;
  std::ptrdiff_t itemsize_;
  mx::Shape shape_;
  mx::Strides strides_;
  std::ptrdiff_t count_;
};

}  // namespace kernels
