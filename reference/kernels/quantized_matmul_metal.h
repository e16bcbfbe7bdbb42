// Which kernel of quantized_matmul.metal runs, and with what: the host's side of it.
#pragma once

#include "dense_metal.h"

#ifdef _METAL_

#include "kernels/errors.h"

namespace kernels {

// As quantized_matmul.metal has it.
struct QuantizedSizes {
  std::uint32_t M, N, K, group_size;
};

// Rungs on the GPU: naive, matvec or vecmat, tiled, matrix; 0 is the choice by shape.
constexpr int kQuantizedMatmulMetalRungs = 4;

// Below this many rows of a, reading the weights is the cost, whatever is done with them.
constexpr std::uint32_t kQuantizedMatmulDecodeRows = 8;

// Inputs: a, b, scales, biases, any strides. out has memory, and is not empty.
inline void quantized_matmul_on_gpu(const mx::Stream& stream, const std::vector<mx::array>& inputs, mx::array& out,
                                    int rung, int group_size, bool transpose_b) {
  if (rung > kQuantizedMatmulMetalRungs) {
    invalid("quantized_matmul_rung: rung (", rung, ") must be between 0 and ", kQuantizedMatmulMetalRungs,
            " on the GPU");
  }
  const mx::array a = dense_on_gpu(inputs[0], stream), b = dense_on_gpu(inputs[1], stream);
  const mx::array scales = dense_parameter(inputs[2], a.dtype(), stream);
  const mx::array biases = dense_parameter(inputs[3], a.dtype(), stream);
  const auto N = static_cast<std::uint32_t>(out.shape(-1)), M = static_cast<std::uint32_t>(out.size()) / N;
  const QuantizedSizes sizes{M, N, static_cast<std::uint32_t>(a.shape(-1)), static_cast<std::uint32_t>(group_size)};
  if (rung == 0) rung = M < kQuantizedMatmulDecodeRows ? 2 : 4;
  const char* kernels[] = {"", "naive", transpose_b ? "matvec" : "vecmat", "tiled", "matrix"};
  std::string name = std::string("quantized_matmul_") + kernels[rung] + (transpose_b ? "_nk_" : "_kn_");
  name += mx::type_to_name(a) + "_" + mx::type_to_name(scales);
  auto& encoder = mx::metal::get_command_encoder(stream);
  encoder.set_compute_pipeline_state(metal_kernel(stream, name));
  encoder.set_input_array(a, 0);
  encoder.set_input_array(b, 1);
  encoder.set_input_array(scales, 2);
  encoder.set_input_array(biases, 3);
  encoder.set_output_array(out, 4);
  encoder.set_bytes(sizes, 5);
  // Outputs of a threadgroup and its threads, as the kernels have them.
  const auto tiles = [&](std::uint32_t columns, std::uint32_t rows, std::uint32_t threads) {
    encoder.dispatch_threadgroups(MTL::Size(mx::ceildiv(N, columns), mx::ceildiv(M, rows), 1),
                                  MTL::Size(threads, 1, 1));
  };
  switch (rung) {
    case 1:
      encoder.dispatch_threads(MTL::Size(N, M, 1), MTL::Size(32, 8, 1));
      break;
    case 2:
      transpose_b ? tiles(4, 1, 128) : tiles(256, 1, 256);
      break;
    case 3:
      tiles(16, 16, 256);
      break;
    default:
      tiles(32, 32, 128);
  }
}

}  // namespace kernels

#endif
