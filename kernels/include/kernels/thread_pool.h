// A small pool of threads for kernels: as many as there are CPUs for this process, asleep some 50 us after the last
// work.
//
// The caller works too, and waits only for tasks that a worker has begun: a worker that the system has not let run
// yet costs nothing. A worker keeps off the CPU that the caller is on (the scheduler often puts both on one otherwise).
// If the pool is taken by another stream the caller does all tasks itself: never more threads than CPUs.
// A pool does not survive fork().
#pragma once

#include <cstddef>

namespace kernels {

// task(context, index, thread) with thread from 0 to num_threads() - 1. Tasks must not call parallel_for.
using Task = void (*)(const void* context, std::ptrdiff_t index, int thread);

// Run tasks 0 .. count - 1 and return when all are done. Which thread does which task must not matter to the result.
// A task must not throw.
void parallel_for_raw(std::ptrdiff_t count, Task task, const void* context);

template <class F>
void parallel_for(std::ptrdiff_t count, const F& f) {
  parallel_for_raw(
      count,
      [](const void* context, std::ptrdiff_t index, int thread) { (*static_cast<const F*>(context))(index, thread); },
      &f);
}

// Threads that kernels use, the caller's included: KERNELS_THREADS if it is set, or the CPUs of this process.
int num_threads();

// Throws std::invalid_argument unless 1 <= n <= 256. Waits for a kernel that runs at this moment.
void set_num_threads(int n);

}  // namespace kernels
