// <metal_geometric> (chapter 6.8), for vectors of half and float. Sums are taken in the element's own precision.
#pragma once

#include "simulator/ordering.h"

namespace metal {

template <msim::Vector V>
METAL_FUNC msim::element<V> dot(V a, V b) {
  msim::element<V> sum = a[0] * b[0];
  for (int i = 1; i < msim::lanes<V>; ++i) sum += a[i] * b[i];
  return sum;
}
template <msim::Vector V>
  requires(msim::lanes<V> == 3)
METAL_FUNC V cross(V a, V b) {
  return a.yzx * b.zxy - a.zxy * b.yzx;
}
template <msim::Vector V>
METAL_FUNC msim::element<V> length_squared(V v) {
  return dot(v, v);
}
template <msim::Vector V>
METAL_FUNC msim::element<V> length(V v) {
  return sqrt(dot(v, v));
}
template <msim::Vector V>
METAL_FUNC msim::element<V> distance_squared(V a, V b) {
  return length_squared(a - b);
}
template <msim::Vector V>
METAL_FUNC msim::element<V> distance(V a, V b) {
  return length(a - b);
}
template <msim::Vector V>
METAL_FUNC V normalize(V v) {
  return v * (V)(rsqrt(dot(v, v)));
}
// n if the incident vector i and the reference normal point to different sides, else -n.
template <msim::Vector V>
METAL_FUNC V faceforward(V n, V i, V reference) {
  return dot(reference, i) < msim::element<V>(0) ? n : -n;
}
template <msim::Vector V>
METAL_FUNC V reflect(V i, V n) {
  return i - (V)(msim::element<V>(2) * dot(n, i)) * n;
}
template <msim::Vector V>
METAL_FUNC V refract(V i, V n, msim::element<V> eta) {
  using T = msim::element<V>;
  T cosine = dot(n, i);
  T rest = T(1) - eta * eta * (T(1) - cosine * cosine);
  return rest < T(0) ? V{} : (V)(eta)*i - (V)(eta * cosine + sqrt(rest)) * n;
}

MSIM_FAST_AND_PRECISE(distance)
MSIM_FAST_AND_PRECISE(length)
MSIM_FAST_AND_PRECISE(normalize)

}  // namespace metal
