// Atomic functions (chapter 6.15). Every order is taken as relaxed or stronger; check mode sees each access as atomic.
#pragma once

#include "simulator/barrier.h"
#include "simulator/type_traits.h"

namespace metal {

template <typename T>
struct atomic {
  T value;
};
template <typename T>
using _atomic = atomic<T>;

typedef atomic<int> atomic_int;
typedef atomic<uint> atomic_uint;
typedef atomic<bool> atomic_bool;
typedef atomic<float> atomic_float;
typedef atomic<ulong> atomic_ulong;

}  // namespace metal

namespace msim {

template <typename T>
struct no_deduction {
  using type = T;
};
template <typename T>
using as_given = typename no_deduction<T>::type;

}  // namespace msim

#define MSIM_NOTE(kind) msim_note_atomic(const_cast<const T*>(&object->value), sizeof(T), kind, MSIM_CALL_SITE)

namespace metal {

template <typename T>
MSIM_RUNTIME_CALL void atomic_store_explicit(volatile atomic<T>* object, msim::as_given<T> desired, memory_order) {
  MSIM_NOTE(MSIM_ATOMIC_STORE);
  __atomic_store(&object->value, &desired, __ATOMIC_SEQ_CST);
}
template <typename T>
MSIM_RUNTIME_CALL T atomic_load_explicit(const volatile atomic<T>* object, memory_order) {
  MSIM_NOTE(MSIM_ATOMIC_LOAD);
  T value;
  __atomic_load(&object->value, &value, __ATOMIC_SEQ_CST);
  return value;
}
template <typename T>
MSIM_RUNTIME_CALL T atomic_exchange_explicit(volatile atomic<T>* object, msim::as_given<T> desired, memory_order) {
  MSIM_NOTE(MSIM_ATOMIC_UPDATE);
  T before;
  __atomic_exchange(&object->value, &desired, &before, __ATOMIC_SEQ_CST);
  return before;
}
template <typename T>
MSIM_RUNTIME_CALL bool atomic_compare_exchange_weak_explicit(volatile atomic<T>* object, T* expected,
                                                             msim::as_given<T> desired, memory_order, memory_order) {
  MSIM_NOTE(MSIM_ATOMIC_UPDATE);
  T wanted = *expected;
  const bool done =
      __atomic_compare_exchange(&object->value, &wanted, &desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  if (!done) *expected = wanted;
  return done;
}

// Integers and floats alike: a loop around compare-and-exchange.
#define MSIM_ATOMIC_FETCH(name, condition, expression)                                                                \
  template <typename T>                                                                                               \
    requires(condition)                                                                                               \
  MSIM_RUNTIME_CALL T atomic_fetch_##name##_explicit(volatile atomic<T>* object, msim::as_given<T> b, memory_order) { \
    MSIM_NOTE(MSIM_ATOMIC_UPDATE);                                                                                    \
    T a, desired;                                                                                                     \
    __atomic_load(&object->value, &a, __ATOMIC_SEQ_CST);                                                              \
    do {                                                                                                              \
      desired = static_cast<T>(expression);                                                                           \
    } while (!__atomic_compare_exchange(&object->value, &a, &desired, true, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));     \
    return a;                                                                                                         \
  }
MSIM_ATOMIC_FETCH(add, true, a + b)
MSIM_ATOMIC_FETCH(sub, true, a - b)
MSIM_ATOMIC_FETCH(min, __is_integral(T), (b < a ? b : a))
MSIM_ATOMIC_FETCH(max, __is_integral(T), (a < b ? b : a))
MSIM_ATOMIC_FETCH(and, __is_integral(T), a& b)
MSIM_ATOMIC_FETCH(or, __is_integral(T), a | b)
MSIM_ATOMIC_FETCH(xor, __is_integral(T), a ^ b)
#undef MSIM_ATOMIC_FETCH

// Without a result; 64-bit maximum and minimum exist only in this form.
template <typename T>
MSIM_RUNTIME_CALL void atomic_max_explicit(volatile atomic<T>* object, msim::as_given<T> operand, memory_order order) {
  atomic_fetch_max_explicit(object, operand, order);
}
template <typename T>
MSIM_RUNTIME_CALL void atomic_min_explicit(volatile atomic<T>* object, msim::as_given<T> operand, memory_order order) {
  atomic_fetch_min_explicit(object, operand, order);
}

}  // namespace metal

#undef MSIM_NOTE
