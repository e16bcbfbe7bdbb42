// Which kernel of flash_attention.metal runs, and with what: the host's side of it.
#pragma once

#include "dense_metal.h"

#ifdef _METAL_

#include "kernels/errors.h"

namespace kernels {

// As flash_attention.metal has it. Strides count elements.
struct MetalAttention {
  std::uint32_t B1, H_q, H, L, S, D;
  float scale;
  std::int64_t query[4], key[4], value[4];  // batch 0, batch 1, head, row
  std::int64_t mask[5];                     // and key
};

constexpr int kFlashAttentionMetalRungs = 2;  // row, tiled; from there on the choice by shape
constexpr int kFlashAttentionMetalChannels = 256;

// Below this many queries a tile of keys has nobody to share it.
constexpr int kFlashAttentionDecodeRows = 4;

// The last `count` strides of an array, 0 for leading axes that it has not.
inline void write_strides(const mx::array& x, std::int64_t* strides, int count) {
  const int axes = static_cast<int>(x.ndim());
  for (int i = 0; i < count; ++i) {
    const int axis = axes - count + i;
    strides[i] = axis >= 0 ? x.strides(axis) : 0;
  }
}

// Heads are read in place while the channels are dense and no axis runs backwards: below_first.
inline mx::array heads_on_gpu(const mx::array& x, const mx::Stream& stream) {
  const bool fits = (x.shape(-1) <= 1 || x.strides(-1) == 1) && below_first(x) == 0;
  return fits ? x : copy_on_gpu(x, x.dtype(), stream);
}

inline void write_head_strides(const mx::array& x, std::int64_t* strides) {
  std::int64_t all[5];
  write_strides(x, all, 5);
  std::copy_n(all, 4, strides);  // the last axis is dense
}

// Inputs: query, key, value and perhaps a mask, broadcast to the scores. out has memory, and is not empty.
inline void flash_attention_on_gpu(const mx::Stream& stream, const std::vector<mx::array>& inputs, mx::array& out,
                                   int rung, float scale, bool causal) {
  const int D = out.shape(-1), L = out.shape(-2), H_q = out.shape(-3);
  if (D > kFlashAttentionMetalChannels) {
    invalid("flash_attention: channels (", D, ") must be at most ", kFlashAttentionMetalChannels, " on the GPU");
  }
  const mx::array query = heads_on_gpu(inputs[0], stream);
  const mx::array key = heads_on_gpu(inputs[1], stream), value = heads_on_gpu(inputs[2], stream);
  MetalAttention p{};
  p.B1 = static_cast<std::uint32_t>(out.ndim() >= 4 ? out.shape(-4) : 1);
  p.H_q = static_cast<std::uint32_t>(H_q);
  p.H = static_cast<std::uint32_t>(key.shape(-3));
  p.L = static_cast<std::uint32_t>(L);
  p.S = static_cast<std::uint32_t>(key.shape(-2));
  p.D = static_cast<std::uint32_t>(D);
  p.scale = scale;
  write_head_strides(query, p.query);
  write_head_strides(key, p.key);
  write_head_strides(value, p.value);
  const bool has_mask = inputs.size() == 4;
  const mx::array mask = !has_mask                     ? query
                         : below_first(inputs[3]) == 0 ? inputs[3]
                                                       : copy_on_gpu(inputs[3], inputs[3].dtype(), stream);
  if (has_mask) write_strides(mask, p.mask, 5);
  const int mask_type = mask.dtype() == mx::float32 ? 0 : mask.dtype() == mx::float16 ? 1 : 2;
  if (rung > kFlashAttentionMetalRungs) rung = L < kFlashAttentionDecodeRows ? 1 : 2;
  const std::string name = std::string("flash_attention_") + (rung == 1 ? "row_" : "tiled_") + mx::type_to_name(out);
  std::string hash_name = name;
  mx::concatenate(hash_name, has_mask ? "_mask" : "", causal ? "_causal" : "", "_", mask_type);
  auto& encoder = mx::metal::get_command_encoder(stream);
  encoder.set_compute_pipeline_state(metal_kernel(
      stream, name, hash_name,
      {{&has_mask, MTL::DataTypeBool, 0}, {&causal, MTL::DataTypeBool, 1}, {&mask_type, MTL::DataTypeInt, 2}}));
  encoder.set_input_array(query, 0);
  encoder.set_input_array(key, 1);
  encoder.set_input_array(value, 2);
  if (has_mask) encoder.set_input_array(mask, 3);
  encoder.set_output_array(out, 4);
  encoder.set_bytes(p, 5);
  const std::size_t rows = rung == 1 ? 4 : 8, batches = out.size() / (static_cast<std::size_t>(H_q) * L * D);
  encoder.dispatch_threadgroups(MTL::Size(mx::ceildiv(L, rows), H_q, batches), MTL::Size(32 * rows, 1, 1));
}

}  // namespace kernels

#endif
