// <metal_type_traits>: made of compiler builtins, since no C++ standard library is on the include path.
#pragma once

#include "simulator/scalar.h"

namespace metal {

template <typename T, T v>
struct integral_constant {
  using value_type = T;
  using type = integral_constant;
  static constexpr T value = v;
  constexpr operator T() const { return v; }
  constexpr T operator()() const { return v; }
};
template <bool v>
using bool_constant = integral_constant<bool, v>;
using true_type = bool_constant<true>;
using false_type = bool_constant<false>;

template <bool, typename T = void>
struct enable_if {};
template <typename T>
struct enable_if<true, T> {
  using type = T;
};
template <bool condition, typename T = void>
using enable_if_t = typename enable_if<condition, T>::type;

template <bool, typename T, typename F>
struct conditional {
  using type = T;
};
template <typename T, typename F>
struct conditional<false, T, F> {
  using type = F;
};
template <bool condition, typename T, typename F>
using conditional_t = typename conditional<condition, T, F>::type;

#define MSIM_TRANSFORMATION(name, builtin) \
  template <typename T>                    \
  struct name {                            \
    using type = builtin(T);               \
  };                                       \
  template <typename T>                    \
  using name##_t = builtin(T);
MSIM_TRANSFORMATION(remove_reference, __remove_reference_t)
MSIM_TRANSFORMATION(remove_const, __remove_const)
MSIM_TRANSFORMATION(remove_volatile, __remove_volatile)
MSIM_TRANSFORMATION(remove_cv, __remove_cv)
MSIM_TRANSFORMATION(remove_cvref, __remove_cvref)
MSIM_TRANSFORMATION(remove_pointer, __remove_pointer)
MSIM_TRANSFORMATION(remove_extent, __remove_extent)
MSIM_TRANSFORMATION(add_pointer, __add_pointer)
MSIM_TRANSFORMATION(add_lvalue_reference, __add_lvalue_reference)
MSIM_TRANSFORMATION(add_rvalue_reference, __add_rvalue_reference)
MSIM_TRANSFORMATION(decay, __decay)
MSIM_TRANSFORMATION(make_signed, __make_signed)
MSIM_TRANSFORMATION(make_unsigned, __make_unsigned)
MSIM_TRANSFORMATION(underlying_type, __underlying_type)
#undef MSIM_TRANSFORMATION

template <typename T>
struct add_const {
  using type = const T;
};
template <typename T>
using add_const_t = const T;
// Address spaces are gone when the text reaches the compiler.
template <typename T>
struct remove_addrspace {
  using type = T;
};
template <typename T>
using remove_addrspace_t = T;
template <typename T>
struct type_identity {
  using type = T;
};
template <typename T>
using type_identity_t = T;

#define MSIM_PROPERTY(name, ...)               \
  template <typename T>                        \
  struct name : bool_constant<__VA_ARGS__> {}; \
  template <typename T>                        \
  inline constexpr bool name##_v = __VA_ARGS__;
MSIM_PROPERTY(is_void, __is_void(T))
MSIM_PROPERTY(is_integral, __is_integral(T))
MSIM_PROPERTY(is_floating_point,
              __is_floating_point(T) || __is_same(__remove_cv(T), half) || __is_same(__remove_cv(T), bfloat))
MSIM_PROPERTY(is_arithmetic, __is_integral(T) || is_floating_point_v<T>)
MSIM_PROPERTY(is_scalar, __is_scalar(T))
MSIM_PROPERTY(is_signed, is_arithmetic_v<T> && !__is_unsigned(T))
MSIM_PROPERTY(is_unsigned, __is_unsigned(T))
MSIM_PROPERTY(is_array, __is_array(T))
MSIM_PROPERTY(is_class, __is_class(T))
MSIM_PROPERTY(is_union, __is_union(T))
MSIM_PROPERTY(is_enum, __is_enum(T))
MSIM_PROPERTY(is_pointer, __is_pointer(T))
MSIM_PROPERTY(is_reference, __is_reference(T))
MSIM_PROPERTY(is_lvalue_reference, __is_lvalue_reference(T))
MSIM_PROPERTY(is_rvalue_reference, __is_rvalue_reference(T))
MSIM_PROPERTY(is_const, __is_const(T))
MSIM_PROPERTY(is_volatile, __is_volatile(T))
MSIM_PROPERTY(is_trivial, __is_trivially_constructible(T) && __is_trivially_copyable(T))
MSIM_PROPERTY(is_trivially_copyable, __is_trivially_copyable(T))
MSIM_PROPERTY(is_standard_layout, __is_standard_layout(T))
#undef MSIM_PROPERTY

// MLX's atomic.h asks for the library's internal one.
template <typename... Conditions>
struct _disjunction : bool_constant<(Conditions::value || ...)> {};
template <typename... Conditions>
struct _conjunction : bool_constant<(Conditions::value && ...)> {};

template <typename T, typename U>
struct is_same : bool_constant<__is_same(T, U)> {};
template <typename T, typename U>
inline constexpr bool is_same_v = __is_same(T, U);
template <typename From, typename To>
struct is_convertible : bool_constant<__is_convertible(From, To)> {};
template <typename From, typename To>
inline constexpr bool is_convertible_v = __is_convertible(From, To);
template <typename Base, typename Derived>
struct is_base_of : bool_constant<__is_base_of(Base, Derived)> {};
template <typename Base, typename Derived>
inline constexpr bool is_base_of_v = __is_base_of(Base, Derived);
template <typename T, typename... Arguments>
struct is_constructible : bool_constant<__is_constructible(T, Arguments...)> {};
template <typename T, typename... Arguments>
inline constexpr bool is_constructible_v = __is_constructible(T, Arguments...);
template <typename To, typename From>
struct is_assignable : bool_constant<__is_assignable(To, From)> {};
template <typename To, typename From>
inline constexpr bool is_assignable_v = __is_assignable(To, From);

template <typename T, T... values>
struct integer_sequence {
  using value_type = T;
  static constexpr size_t size() { return sizeof...(values); }
};
template <typename T, T count>
using make_integer_sequence = __make_integer_seq<integer_sequence, T, count>;
template <size_t... values>
using index_sequence = integer_sequence<size_t, values...>;
template <size_t count>
using make_index_sequence = make_integer_sequence<size_t, count>;

template <typename T>
add_rvalue_reference_t<T> declval();
template <typename T>
METAL_FUNC constexpr T&& forward(remove_reference_t<T>& x) {
  return static_cast<T&&>(x);
}
template <typename T>
METAL_FUNC constexpr T&& forward(remove_reference_t<T>&& x) {
  return static_cast<T&&>(x);
}
template <typename T>
METAL_FUNC constexpr remove_reference_t<T>&& move(T&& x) {
  return static_cast<remove_reference_t<T>&&>(x);
}
template <typename T>
METAL_FUNC constexpr void swap(T& a, T& b) {
  T saved = a;
  a = b;
  b = saved;
}

}  // namespace metal
