// What this machine can do at most with some threads: float32 FLOP/s in registers, and bytes/s read from memory.
// usage: roofs THREADS -> two numbers. Each is the best of several tries; the threads start each try together.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>
#ifdef __linux__
#include <pthread.h>
#include <sched.h>
#endif

// As wide as the machine's vectors, since the compiler is told -march=native.
#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif
typedef float Vector __attribute__((vector_size(kLanes * sizeof(float))));
typedef uint64_t Words __attribute__((vector_size(kLanes * sizeof(float))));

static double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Ten chains, more than latency times units of any CPU in question; named, because an array of them would spill. Each
// begins with a number that the compiler cannot see: it would compute equal chains once.
static float fma_chains(long rounds) {
  Vector a{}, b{}, c{}, d{}, e{}, f{}, g{}, h{}, i{}, j{};
  Vector x = a + 0.999f, y = a + 0.001f;
  for (Vector* start : {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j, &x, &y}) asm volatile("" : "+m"(*start));
  for (long n = 0; n < rounds; ++n) {
    a = a * x + y, b = b * x + y, c = c * x + y, d = d * x + y, e = e * x + y;
    f = f * x + y, g = g * x + y, h = h * x + y, i = i * x + y, j = j * x + y;
  }
  Vector sum = a + b + c + d + e + f + g + h + i + j;
  return sum[0];
}

static uint64_t read_all(const Words* data, size_t count) {
  Words a{}, b{}, c{}, d{};
  for (size_t i = 0; i + 4 <= count; i += 4) a ^= data[i], b ^= data[i + 1], c ^= data[i + 2], d ^= data[i + 3];
  Words all = a ^ b ^ c ^ d;
  return all[0];
}

static void pin(int index) {
#ifdef __linux__
  cpu_set_t allowed, one;
  sched_getaffinity(0, sizeof allowed, &allowed);
  for (int cpu = 0, seen = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &allowed) && seen++ == index % CPU_COUNT(&allowed)) {
      CPU_ZERO(&one);
      CPU_SET(cpu, &one);
      pthread_setaffinity_np(pthread_self(), sizeof one, &one);
      return;
    }
#endif
}

// Seconds until the last of `threads` threads has done its share.
static double together(int threads, const std::function<void(int)>& share) {
  std::atomic<int> ready{0};
  std::vector<double> begin(threads), end(threads);
  std::vector<std::thread> team;
  for (int t = 0; t < threads; ++t)
    team.emplace_back([&, t] {
      pin(t);
      ++ready;
      while (ready < threads) std::this_thread::yield();
      begin[t] = seconds();
      share(t);
      end[t] = seconds();
    });
  for (auto& thread : team) thread.join();
  double first = begin[0], last = end[0];
  for (int t = 1; t < threads; ++t) first = std::min(first, begin[t]), last = std::max(last, end[t]);
  return last - first;
}

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  const long rounds = 5'000'000;
  const size_t bytes = size_t(192) << 20;  // far beyond the caches
  std::vector<Words*> data(threads);
  for (auto& part : data) {
    part = static_cast<Words*>(std::aligned_alloc(64, bytes));
    uint64_t* word = reinterpret_cast<uint64_t*>(part);
    for (size_t i = 0; i < bytes / 8; ++i) word[i] = i;
  }
  double flops = 0, rate = 0;
  std::vector<uint64_t> sink(threads * 8);
  for (int attempt = 0; attempt < 7; ++attempt) {
    double took = together(threads, [&](int t) { sink[t * 8] += uint64_t(fma_chains(rounds) * 1000); });
    flops = std::max(flops, 2.0 * 10 * kLanes * rounds * threads / took);
    took = together(threads, [&](int t) { sink[t * 8] += read_all(data[t], bytes / sizeof(Words)); });
    rate = std::max(rate, double(bytes) * threads / took);
  }
  std::printf("%.6e %.6e %llu\n", flops, rate, static_cast<unsigned long long>(sink[0]));
}
