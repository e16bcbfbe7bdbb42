// <simd/simd.h>: the names that programs for the host and for the GPU share.
#pragma once

#include "simulator/shared_names.h"
