// Lets sources that were written for an older MLX compile with this one. Included before the first line of every source
// of the public course's layout; a source that is written for this MLX compiles just the same.
//
//   older                                       here
//   void print(std::ostream&) override          const char* name() const override
//   DEFINE_PRINT(Name)                          DEFINE_NAME(Name)
//   allocator::malloc_or_wait(n)                allocator::malloc(n)
//
// Every header of MLX that names Primitive comes first, because the name means another class afterwards.
#pragma once

#include <ostream>
#include <stdexcept>
#include <utility>

#include "mlx/allocator.h"
#include "mlx/backend/common/compiled.h"
#include "mlx/backend/common/copy.h"
#include "mlx/backend/common/utils.h"
#include "mlx/backend/cpu/copy.h"
#include "mlx/backend/cpu/encoder.h"
#include "mlx/export.h"
#include "mlx/fast_primitives.h"
#include "mlx/mlx.h"
#include "mlx/primitives.h"
#include "mlx/utils.h"

namespace mlx::core {

// Primitive as it was: print() may stand in for name(), and is_equivalent() takes this class.
class OlderPrimitive : public Primitive {
 public:
  using Primitive::Primitive;

  virtual void print(std::ostream& os) { os << name(); }
  const char* name() const override { return "CourseExtension"; }
  virtual bool is_equivalent(const OlderPrimitive& /*other*/) const { return false; }
  bool is_equivalent(const Primitive& other) const final {
    const auto* same = dynamic_cast<const OlderPrimitive*>(&other);
    return same != nullptr && is_equivalent(*same);
  }
};

namespace allocator {
inline auto malloc_or_wait(size_t size) { return malloc(size); }
}  // namespace allocator

}  // namespace mlx::core

#define Primitive OlderPrimitive

#ifndef DEFINE_PRINT
#define DEFINE_PRINT(NAME) \
  void print(std::ostream& os) override { os << #NAME; }
#endif
