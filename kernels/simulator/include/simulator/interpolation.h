// The rest of <metal_common> (chapter 6.3): mix, sign, step and smoothstep; clamp and saturate stand in ordering.h.
#pragma once

#include "simulator/ordering.h"

namespace msim {

METAL_FUNC float mix(float x, float y, float a) { return x + (y - x) * a; }
// A zero keeps its sign, and a NaN gives 0.
METAL_FUNC float sign(float x) { return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : x == 0.0f ? x : 0.0f; }
METAL_FUNC float step(float edge, float x) { return x < edge ? 0.0f : 1.0f; }
METAL_FUNC float smoothstep(float edge0, float edge1, float x) {
  float t = metal::saturate((x - edge0) / (edge1 - edge0));
  return t * t * (3.0f - 2.0f * t);
}

}  // namespace msim

namespace metal {
MSIM_MATH_3(mix, msim::mix)
MSIM_MATH_1(sign, msim::sign)
MSIM_MATH_2(step, msim::step)
MSIM_MATH_3(smoothstep, msim::smoothstep)
}  // namespace metal
