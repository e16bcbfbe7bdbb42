// A text with most of what the translator rewrites, for tests that damage it; it is not compiled.
using namespace metal;
constant constexpr int TILE = 8;
struct Params {
  int M, N, K;
  float alpha;
};
template <typename T, int BM, int BN, int BK>
struct Loader {
  const device T* src;
  threadgroup T* dst;
  const int ld;
  ushort tid;
  Loader(const device T* s, threadgroup T* d, int l, ushort t) : src(s), dst(d), ld(l), tid(t) {}
  METAL_FUNC void load(short rows) const thread {
    for (ushort i = tid; i < BM * BK; i += 64) {
      const ushort r = i / BK, c = i % BK;
      dst[r * BK + c] = r < rows ? src[r * ld + c] : T(0);
    }
  }
  METAL_FUNC void next() thread { src += BK; }
};
template <typename T, int BM = TILE, int BN = TILE>
[[kernel, max_total_threads_per_threadgroup(BM* BN)]] void gemm(
    const device T* A [[buffer(0)]], const device T* B [[buffer(1)]], device T* C [[buffer(2)]],
    const constant Params* params [[buffer(3)]], threadgroup T* scratch [[threadgroup(0)]],
    uint3 tid [[threadgroup_position_in_grid]], uint3 lid [[thread_position_in_threadgroup]],
    ushort flat [[thread_index_in_threadgroup]]) {
  constexpr int BK = 8;
  threadgroup T As[BM * BK];
  threadgroup T(*Bs)[BN] = (threadgroup T(*)[BN])scratch;
  const device T* a = A + tid.y * BM * params->K;
  thread Loader<T, BM, BN, BK> loader(a, As, params->K, flat);
  float acc = 0;
  for (int k0 = 0; k0 < params->K; k0 += BK) {
    threadgroup_barrier(mem_flags::mem_threadgroup);
    loader.load(min(BM, params->M - int(tid.y) * BM));
    Bs[lid.y][lid.x] = B[(k0 + lid.y) * params->N + tid.x * BN + lid.x];
    threadgroup_barrier(mem_flags::mem_threadgroup);
#pragma clang loop unroll(full)
    for (int k = 0; k < BK; ++k) acc = fma(float(As[lid.y * BK + k]), float(Bs[k][lid.x]), acc);
    loader.next();
  }
  C[(tid.y * BM + lid.y) * params->N + tid.x * BN + lid.x] = T(acc * params->alpha);
}
kernel void softmax_row(const device float* x, device float* y, constant uint& n,
                        uint row [[threadgroup_position_in_grid]], uint lid [[thread_position_in_threadgroup]],
                        uint tpg [[threads_per_threadgroup]], uint sg [[simdgroup_index_in_threadgroup]],
                        uint lane [[thread_index_in_simdgroup]], uint nsg [[simdgroups_per_threadgroup]]) {
  threadgroup float partial[32];
  x += row * n;
  y += row * n;
  float m = -INFINITY;
  for (uint i = lid; i < n; i += tpg) m = max(m, x[i]);
  m = simd_max(m);
  if (lane == 0) partial[sg] = m;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  m = simd_max(lane < nsg ? partial[lane] : -INFINITY);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  float s = 0;
  for (uint i = lid; i < n; i += tpg) s += exp(x[i] - m);
  s = simd_sum(s);
  if (!lane) partial[sg] = s;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  s = simd_sum(lane < nsg ? partial[lane] : 0.0);
  for (uint i = lid; i < n; i += tpg) y[i] = exp(x[i] - m) / s;
}
kernel void mma(device const float* A, device const float* B, device float* C,
                uint2 t [[threadgroup_position_in_grid]]) {
  simdgroup_float8x8 a, b, c = make_filled_simdgroup_matrix<float, 8, 8>(0.0f);
  simdgroup_matrix<float, 8, 8> d(0);
  for (int k = 0; k < 16; k += 8) {
    simdgroup_load(a, A + t.y * 8 * 16 + k, 16);
    simdgroup_load(b, B + k * 16 + t.x * 8, 16, ulong2(0, 0), false);
    simdgroup_multiply_accumulate(c, a, b, c);
  }
  simdgroup_store(c, C + t.y * 8 * 16 + t.x * 8, 16);
  (void)d;
}
