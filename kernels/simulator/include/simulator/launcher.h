// What the translator writes behind a translation unit: one registration for each kernel that the host can ask for.
// A registration takes the kernel's parameter types from the function itself, so that templates need no second
// spelling.
#pragma once

#include "simulator/abi.h"
#include "simulator/vector.h"

namespace msim {

enum class attribute : uint32_t {
  none,
  thread_position_in_grid,
  threadgroup_position_in_grid,
  thread_position_in_threadgroup,
  threads_per_threadgroup,
  threadgroups_per_grid,
  threads_per_grid,
  dispatch_threads_per_threadgroup,
  thread_index_in_threadgroup,
  thread_index_in_simdgroup,
  simdgroup_index_in_threadgroup,
  simdgroups_per_threadgroup,
  dispatch_simdgroups_per_threadgroup,
  thread_index_in_quadgroup,
  quadgroup_index_in_threadgroup,
  quadgroups_per_threadgroup,
  threads_per_simdgroup,
};

// One parameter of a kernel, in order: a buffer, a threadgroup argument, or an attribute of the thread.
struct parameter {
  attribute builtin;
  uint32_t kind, index;
  bool is_optional;
  const char *name, *type;
};

template <typename T>
MSIM_INLINE T from_position(msim_uint3 position) {
  if constexpr (Vector<T>) {
    const uint32_t axes[3] = {position.x, position.y, position.z};
    T value = {};
    static_assert(lanes<T> <= 3, "a position has at most three components");
    for (int axis = 0; axis < lanes<T>; ++axis) value[axis] = static_cast<element<T>>(axes[axis]);
    return value;
  } else {
    return static_cast<T>(position.x);
  }
}

template <typename T>
MSIM_INLINE T from_index(uint32_t index) {
  static_assert(!Vector<T>, "an index is a scalar: uint or ushort");
  return static_cast<T>(index);
}

template <typename T, attribute A>
MSIM_INLINE T builtin_argument(const msim_thread* thread) {
#define MSIM_POSITION(name) \
  if constexpr (A == attribute::name) return from_position<T>(MSIM_ATTRIBUTE(thread, name));
#define MSIM_INDEX(name) \
  if constexpr (A == attribute::name) return from_index<T>(MSIM_ATTRIBUTE(thread, name));
  MSIM_POSITION(thread_position_in_grid)
  MSIM_POSITION(threadgroup_position_in_grid)
  MSIM_POSITION(thread_position_in_threadgroup)
  MSIM_POSITION(threads_per_threadgroup)
  MSIM_POSITION(threadgroups_per_grid)
  MSIM_POSITION(threads_per_grid)
  MSIM_POSITION(dispatch_threads_per_threadgroup)
  MSIM_INDEX(thread_index_in_threadgroup)
  MSIM_INDEX(thread_index_in_simdgroup)
  MSIM_INDEX(simdgroup_index_in_threadgroup)
  MSIM_INDEX(simdgroups_per_threadgroup)
  MSIM_INDEX(dispatch_simdgroups_per_threadgroup)
  MSIM_INDEX(thread_index_in_quadgroup)
  MSIM_INDEX(quadgroup_index_in_threadgroup)
  MSIM_INDEX(quadgroups_per_threadgroup)
  MSIM_INDEX(threads_per_simdgroup)
#undef MSIM_POSITION
#undef MSIM_INDEX
}

template <typename T, typename Table, size_t I>
MSIM_INLINE T argument(const msim_thread* thread) {
  constexpr parameter p = Table::list[I];
  if constexpr (p.builtin != attribute::none) {
    return builtin_argument<__remove_cv(T), p.builtin>(thread);
  } else {
    void* memory =
        p.kind == MSIM_BUFFER ? msim_get_buffer(thread, p.index) : msim_get_threadgroup_argument(thread, p.index);
    if constexpr (__is_lvalue_reference(T)) {
      return *static_cast<__remove_reference_t(T)*>(memory);
    } else {
      return static_cast<T>(memory);
    }
  }
}

template <typename T>
struct element_size {
  static constexpr uint32_t bytes = sizeof(T), align = alignof(T);
};
template <typename T>
  requires(__is_void(T))
struct element_size<T> {
  static constexpr uint32_t bytes = 1, align = 1;
};

// The row of msim_kernel::parameters that describes parameter I, whose C++ type is T.
template <typename T, typename Table, size_t I>
constexpr void describe(msim_parameter* rows, uint32_t& count) {
  constexpr parameter p = Table::list[I];
  if constexpr (p.builtin == attribute::none) {
    using Element = __remove_pointer(__remove_reference_t(T));
    using Size = element_size<Element>;
    rows[count++] = {p.kind,        p.index, Size::bytes, Size::align, __is_const(Element), __is_lvalue_reference(T),
                     p.is_optional, p.name,  p.type};
  }
}

inline void no_preparation() {}

template <auto Function, typename Table, void (*Prepare)(), typename Signature = decltype(Function)>
struct launcher;

template <auto Function, typename Table, void (*Prepare)(), typename... T>
struct launcher<Function, Table, Prepare, void (*)(T...)> {
  template <size_t... I>
  struct indices {
    MSIM_INLINE static void call(const msim_thread* thread) { Function(argument<T, Table, I>(thread)...); }
    static constexpr void describe_all(msim_parameter* rows, uint32_t& count) {
      (describe<T, Table, I>(rows, count), ...);
    }
  };
  template <typename, size_t... I>
  using indices_of = indices<I...>;
  using all = __make_integer_seq<indices_of, size_t, sizeof...(T)>;

  MSIM_NOT_CHECKED static void invoke(const msim_thread* thread) {
    Prepare();
    all::call(thread);
  }

  struct rows {
    msim_parameter list[sizeof...(T) + 1] = {};
    uint32_t count = 0;
    constexpr rows() { all::describe_all(list, count); }
  };
  static constexpr rows table{};
};

// A static object of this type registers one kernel.
template <auto Function, typename Table, void (*Prepare)() = no_preparation>
struct registration {
  using launch = launcher<Function, Table, Prepare>;
  msim_kernel kernel;

  registration(const char* name, uint32_t max_total_threads, const char* file, uint32_t line) {
    kernel = {name, launch::invoke, launch::table.list, launch::table.count, max_total_threads, file, line, 1};
    msim_register_kernel(&kernel);
  }
};

struct function_constant {
  function_constant(uint32_t index, void* storage, uint32_t bytes, const char* name, const char* type,
                    bool* is_defined) {
    msim_register_function_constant(index, storage, bytes, name, type, is_defined);
  }
};

}  // namespace msim
