#include "kernels/thread_pool.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

#include "kernels/errors.h"

namespace kernels {
namespace {

constexpr int kMaxThreads = 256;

// How often a thread looks before it sleeps: some 50 us. A model's products follow each other within that time, and to
// wake a thread costs as much as a small product.
constexpr int kLooks = 1000;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

// Whether ready() came true within kLooks looks.
template <class Ready>
bool soon(const Ready& ready) {
  for (int look = 0; look < kLooks; ++look) {
    if (ready()) return true;
    pause();
  }
  return false;
}

int cpus_of_this_process() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
  return std::max(1u, std::thread::hardware_concurrency());
}

int default_threads() {
  const char* text = std::getenv("KERNELS_THREADS");
  const int wanted = text ? std::atoi(text) : 0;
  return wanted >= 1 && wanted <= kMaxThreads ? wanted : cpus_of_this_process();
}

// One call of parallel_for. It lives on the caller's stack; the caller leaves it only after every worker that joined
// has left.
struct Job {
  Task task;
  const void* context;
  std::ptrdiff_t count;
  std::atomic<std::ptrdiff_t> next{0};

  void work(int thread) {
    for (;;) {
      const std::ptrdiff_t index = next.fetch_add(1, std::memory_order_relaxed);
      if (index >= count) return;
      task(context, index, thread);
    }
  }
};

class Pool {
 public:
  explicit Pool(int threads) {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { sleep_and_work(i); });
  }

  ~Pool() {
    {
      std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  void run(Job& job) {
    keep_workers_off_this_cpu();
    {
      std::lock_guard lock(mutex_);
      job_ = &job;
      generation_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();  // costs nothing if nobody sleeps
    job.work(0);
    {
      std::lock_guard lock(mutex_);
      job_ = nullptr;  // from here on nobody joins
    }
    auto empty = [this] { return inside_.load(std::memory_order_acquire) == 0; };
    if (soon(empty)) return;
    std::unique_lock lock(mutex_);
    done_.wait(lock, empty);
  }

 private:
  void sleep_and_work(int thread) {
    std::uint64_t seen = 0;
    auto called = [&] { return generation_.load(std::memory_order_acquire) != seen; };
    for (;;) {
      soon(called);
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stop_ || (job_ && called()); });
      if (stop_) return;
      seen = generation_.load(std::memory_order_relaxed);
      Job* job = job_;
      inside_.fetch_add(1, std::memory_order_relaxed);
      lock.unlock();
      job->work(thread);
      lock.lock();
      if (inside_.fetch_sub(1, std::memory_order_release) == 1) done_.notify_one();
    }
  }

  void keep_workers_off_this_cpu() {
#if defined(__linux__)
    const int cpu = sched_getcpu();
    if (cpu < 0 || cpu == caller_cpu_) return;
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0 || CPU_COUNT(&set) < 2) return;
    CPU_CLR(cpu, &set);
    // A sandbox may forbid this: then the scheduler decides, which is slower and not wrong.
    for (std::thread& worker : workers_) pthread_setaffinity_np(worker.native_handle(), sizeof set, &set);
    caller_cpu_ = cpu;
#endif
  }

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  Job* job_ = nullptr;
  std::atomic<std::uint64_t> generation_{0};
  std::atomic<int> inside_{0};
  int caller_cpu_ = -1;
  bool stop_ = false;
  std::vector<std::thread> workers_;
};

std::mutex taken;             // held by the stream that uses the pool
std::atomic<int> threads{0};  // 0: not asked for yet
Pool* pool = nullptr;         // never destroyed at exit: a stream may still run

int threads_now() {
  int n = threads.load(std::memory_order_relaxed);
  if (n == 0) {
    n = default_threads();
    threads.store(n, std::memory_order_relaxed);
  }
  return n;
}

}  // namespace

void parallel_for_raw(std::ptrdiff_t count, Task task, const void* context) {
  std::unique_lock lock(taken, std::defer_lock);
  if (count > 1 && threads_now() > 1 && lock.try_lock()) {
    if (!pool) pool = new Pool(threads_now());
    Job job{task, context, count};
    pool->run(job);
    return;
  }
  for (std::ptrdiff_t index = 0; index < count; ++index) task(context, index, 0);
}

int num_threads() { return threads_now(); }

void set_num_threads(int n) {
  if (n < 1 || n > kMaxThreads) invalid("set_num_threads: n (", n, ") must be between 1 and ", kMaxThreads);
  std::lock_guard lock(taken);
  if (n == threads_now()) return;
  delete pool;
  pool = nullptr;
  threads.store(n, std::memory_order_relaxed);
}

}  // namespace kernels
