// The ladder of the attention, rung by rung, for measuring; flash_attention_ladder.h says what each rung does.
#pragma once

#include "flash_attention.h"

namespace kernels {

inline constexpr int kFlashAttentionRungs = 7;

// flash_attention by one rung, 1 .. kFlashAttentionRungs; the last one is flash_attention itself. On the GPU the rungs
// are those of flash_attention_metal.h.
mx::array flash_attention_rung(int rung, const mx::array& query, const mx::array& key, const mx::array& value,
                               float scale, const std::optional<mx::array>& mask, bool causal,
                               mx::StreamOrDevice s = {});

}  // namespace kernels
