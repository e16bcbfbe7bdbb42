// Everything that a file of foreach_isa.h may use from outside, included before any region of instructions begins.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <type_traits>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include "kernels/cpu.h"
#include "kernels/element.h"
#include "kernels/scratch.h"
#include "kernels/thread_pool.h"
