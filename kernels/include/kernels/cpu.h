// Which instruction sets this machine has, asked at run time: one build runs everywhere.
#pragma once

#include <string>

namespace kernels {

// In order of width. avx2 stands for x86-64-v3 (AVX2, FMA, F16C), avx512 for x86-64-v4 with VNNI.
enum class Isa { plain, neon, avx2, avx512 };

// The widest instruction set that the machine has and limit_isa allows.
Isa isa();
std::string isa_name();

// Never use a wider one than this; tests run every variant on one machine this way. Not meant to be called while a
// kernel runs. Throws std::invalid_argument for a name that this machine does not have.
void limit_isa(const std::string& name);

}  // namespace kernels
