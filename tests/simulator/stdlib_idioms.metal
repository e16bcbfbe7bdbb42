#include <simd/simd.h>
#include <metal_stdlib>
using namespace metal;

constant float kScale = 0.5;
constant constexpr float kTable[4] = {1, 2, 3, 4};
typedef vec<float, 4> f4;
using h4 = vec<half, 4>;
struct Params {
  uint M;
  uint N;
  float alpha;
  packed_float3 origin;
};

template <typename T>
T square(T x) {
  return x * x;
}
template <typename T>
struct Vec4 {
  typedef vec<T, 4> type;
};
template <typename T, int N>
METAL_FUNC T total(vec<T, N> v) {
  T s = T(0);
  for (int i = 0; i < N; ++i) s += v[i];
  return s;
}
inline float4 load4(device const float* p, uint i) { return *reinterpret_cast<device const float4*>(p + 4 * i); }

// Every element of `out` is one small idiom; the test holds the list of their values.
kernel void idioms(device const float* in [[buffer(0)]], device float* out [[buffer(1)]],
                   constant Params& params [[buffer(2)]], device atomic_uint* counter [[buffer(3)]],
                   uint2 gid [[thread_position_in_grid]], ushort lane [[thread_index_in_simdgroup]]) {
  threadgroup float tile[4][5];
  if (lane < 20) tile[lane / 5][lane % 5] = lane;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  float4 v = float4(1.0);
  half4 h = half4(v);
  float3 x = {1, 2, 3};
  v.xyz *= 2.0;
  v = max(v, 0.0f);
  v = min(v, float4(1.5f, 2.5f, 3.5f, 4.5f));
  float sum = dot(v, float4(1.0f));
  bool4 m = v > 1.75f;
  if (any(m) && !all(m)) sum += 100;
  v = select(v, float4(0), v > 1.75f);
  vec<bool, 4> same = vec<bool, 4>(v < 1.75f);
  ushort2 pos = ushort2(gid);
  half hx = 0.5h;
  half hy = hx * 2.0h + half(pos.x);
  bfloat b = bfloat(hx);
  bfloat b2 = static_cast<bfloat>(hy);
  float2x2 mat = float2x2(float2(1, 2), float2(3, 4));
  float2 mv = mat * float2(1, 1);
  uchar4 bytes = as_type<uchar4>(0x04030201u);
  float4 fb = float4(bytes) * kScale;
  f4 w4 = f4(x, 1.0f);
  h4 hh(h);
  Vec4<float>::type q = Vec4<float>::type(0.25f);
  float t = total(w4) + total(q) + square(3.0f);
  int k = clamp(int(gid.x), 0, 10);
  k = abs(-k);
  uint u = min(params.M, params.N);
  float e = fast::exp(-INFINITY) + exp(0.0f) + metal::log(1.0f) + precise::sqrt(4.0f) + rsqrt(float(4));
  float p = pow(2.0f, 3.0f) + powr(2.0f, 2.0f) + fma(1.0f, 2.0f, 3.0f);
  float lo = numeric_limits<float>::lowest();
  lo = max(lo, -FLT_MAX) / FLT_MAX;
  float3 origin = params.origin;
  float4 first = load4(in, 0);
  auto second = ((device const float4*)in)[1];
  float s4 = simd_sum(first.x);
  atomic_fetch_add_explicit(counter, 1u, memory_order_relaxed);
  thread float acc[4] = {0};
  for (int i = 0; i < 4; i++) acc[i] += kTable[i];
  float4 accv = float4(acc[0], acc[1], acc[2], acc[3]);
  float cs;
  float sn = sincos(0.0f, cs);
  sum += sn;
  uint packed = pack_float_to_unorm4x8(float4(1));
  simd::float2 shared = simd_float2{1, 2};
  if (gid.x == 0 && gid.y == 0) {
    out[0] = sum;
    out[1] = v.x;
    out[2] = hy;
    out[3] = b;
    out[4] = b2;
    out[5] = mv.x;
    out[6] = fb.w;
    out[7] = t;
    out[8] = k;
    out[9] = u;
    out[10] = e;
    out[11] = p;
    out[12] = lo;
    out[13] = origin.z;
    out[14] = first.y + second.z;
    out[15] = s4;
    out[16] = accv.w;
    out[17] = packed;
    out[18] = shared.y;
    out[19] = tile[3][4];
    out[20] = hh.y;
    out[21] = float(m.x) + float(m.w) + float(same.y);
  }
}
