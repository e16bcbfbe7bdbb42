#include <stdexcept>

#include "tiny_llm_ext.h"

namespace tiny_llm_ext {

mx::array flash_attention(const mx::array&, const mx::array&, const mx::array&, float, mx::StreamOrDevice) {
  throw std::runtime_error("flash_attention is not implemented");
}

}  // namespace tiny_llm_ext
