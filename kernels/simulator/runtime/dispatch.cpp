// Runs one dispatch: copies buffers into their slots, shares threadgroups among workers, and reports.
#include <time.h>

#include "check.h"
#include "faults.h"
#include "launch.h"
#include "profile.h"

namespace runtime {

Memory memory;

namespace {

constexpr uint64_t kFastStackBytes = 64 << 10;
constexpr uint64_t kCheckStackBytes = 128 << 10;
constexpr uint32_t kDefaultMessages = 64;

pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
Worker* workers[kMaxWorkers];
Dispatch state;
Json report;

double now_s() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

bool open_buffers(Dispatch& dispatch) {
  for (uint32_t i = 0; i < MSIM_SLOTS; ++i) {
    const Buffer& buffer = dispatch.buffers[i];
    if (buffer.is_missing()) memory.clear(i);
    if (!buffer.bound) continue;
    void* start = memory.open(i, buffer.bytes);
    if (!start) return false;
    if (buffer.direction == MSIM_OUTPUT)
      memset(start, dispatch.poisoned() ? kPoison : 0, buffer.bytes);
    else
      memcpy(start, buffer.host, buffer.bytes);
  }
  return true;
}

void close_buffers(Dispatch& dispatch) {
  for (uint32_t i = 0; i < MSIM_SLOTS; ++i) {
    const Buffer& buffer = dispatch.buffers[i];
    if (!buffer.bound) continue;
    if (buffer.direction != MSIM_INPUT) memcpy(buffer.host, reinterpret_cast<void*>(memory.address(i)), buffer.bytes);
    memory.close(i);
  }
  memory.remove_poison_pages();
}

// Threadgroup arguments are arrays that are there from the start; their keys are below any address.
void place_arguments(Worker& worker) {
  const Dispatch& dispatch = *worker.dispatch;
  worker.array_count = 0;
  worker.arena_used = kRedZone;
  for (uint32_t i = 0; i < dispatch.kernel->parameter_count; ++i) {
    const msim_parameter& parameter = dispatch.kernel->parameters[i];
    const uint32_t* lengths = dispatch.launch->threadgroup_lengths;
    if (parameter.kind != MSIM_THREADGROUP || !lengths || !lengths[parameter.index]) continue;
    const ThreadgroupArray* array =
        place_array(worker, {parameter.index, 0, lengths[parameter.index], parameter.element_bytes, parameter.name});
    if (array)
      worker.context.threadgroup_arguments[parameter.index] = reinterpret_cast<void*>(worker.arena + array->offset);
  }
}

bool prepare_worker(Dispatch& dispatch, uint32_t number) {
  if (!workers[number]) {
    const size_t bytes = (sizeof(Worker) + 63) / 64 * 64;
    workers[number] = static_cast<Worker*>(aligned_alloc(64, bytes));
    memset(static_cast<void*>(workers[number]), 0, bytes);
  }
  Worker& worker = *workers[number];
  const msim_launch& launch = *dispatch.launch;
  const uint64_t stack = launch.stack_bytes   ? launch.stack_bytes
                         : dispatch.checked() ? kCheckStackBytes
                                              : kFastStackBytes;
  if (!worker.stacks.prepare(MSIM_MAX_THREADS, stack)) return false;
  if (!memory.open(kArenaSlot + number, kArenaBytes)) return false;
  worker.dispatch = &dispatch;
  worker.number = number;
  worker.reversed = launch.order == 1;
  worker.checked = dispatch.checked();
  worker.running = worker.profiled = false;
  worker.arena = memory.address(kArenaSlot + number);
  worker.counts = {};
  msim_threadgroup& context = worker.context;
  context = {};
  for (uint32_t i = 0; i < MSIM_SLOTS; ++i) context.buffers[i] = reinterpret_cast<void*>(memory.address(i));
  context.dispatch_size = dispatch.size;
  context.threadgroups_per_grid = dispatch.threadgroups;
  context.threads_per_grid = dispatch.threads;
  const uint32_t threads = dispatch.size.x * dispatch.size.y * dispatch.size.z;
  context.dispatch_simdgroups = (threads + MSIM_SIMD_WIDTH - 1) / MSIM_SIMD_WIDTH;
  memset(reinterpret_cast<void*>(worker.arena), kPoison, kRedZone);
  if (worker.checked) check_dispatch_starts(worker);
  place_arguments(worker);
  return true;
}

void* work(void* argument) {
  Worker& worker = *static_cast<Worker*>(argument);
  Dispatch& dispatch = *worker.dispatch;
  SignalsHandled handled(worker.number);
  current = &worker;
  watch_worker(worker.number);
  while (!__atomic_load_n(&dispatch.stop, __ATOMIC_RELAXED)) {
    const uint64_t i = __atomic_fetch_add(&dispatch.next, 1, __ATOMIC_RELAXED);
    if (i >= dispatch.threadgroup_count) break;
    run_threadgroup(worker, worker.reversed ? dispatch.threadgroup_count - 1 - i : i);
  }
  leave_worker(worker.number);
  current = nullptr;
  return nullptr;
}

uint32_t worker_count(const Dispatch& dispatch) {
  uint64_t count = dispatch.checked() || !dispatch.launch->workers ? 1 : dispatch.launch->workers;
  if (count > kMaxWorkers) count = kMaxWorkers;
  return static_cast<uint32_t>(count < dispatch.threadgroup_count ? count : dispatch.threadgroup_count);
}

void run_workers(Dispatch& dispatch, uint32_t count) {
  pthread_t threads[kMaxWorkers];
  bool started[kMaxWorkers] = {};
  install_handlers();
  start_watchdog(dispatch);
  for (uint32_t i = 1; i < count; ++i) started[i] = pthread_create(&threads[i], nullptr, work, workers[i]) == 0;
  work(workers[0]);
  for (uint32_t i = 1; i < count; ++i)
    if (started[i]) pthread_join(threads[i], nullptr);
  stop_watchdog();
  remove_handlers();
}

void give_up_launch(Dispatch& dispatch, const char* text) {
  Message message;
  message.kind = "launch-memory";
  snprintf(message.text, sizeof message.text, "%s", text);
  dispatch.messages.add(message);
  dispatch.fatal = 1;
}

Counts run(Dispatch& dispatch) {
  const uint32_t count = worker_count(dispatch);
  bool prepared = open_buffers(dispatch);
  for (uint32_t i = 0; i < count && prepared; ++i) prepared = prepare_worker(dispatch, i);
  Counts total{};
  if (!prepared) {
    give_up_launch(dispatch, "the process has too little memory for this dispatch");
    return total;
  }
  run_workers(dispatch, count);
  for (uint32_t i = 0; i < count; ++i) {
    total.add(workers[i]->counts);
    uint64_t bytes = 0;
    for (uint32_t k = 0; k < workers[i]->array_count; ++k) bytes += workers[i]->arrays[k].bytes;
    if (bytes > dispatch.threadgroup_bytes) dispatch.threadgroup_bytes = bytes;
  }
  if (dispatch.threadgroup_bytes > kMaxThreadgroupBytes)
    report_threadgroup_memory(dispatch, nullptr, dispatch.threadgroup_bytes);
  if (dispatch.checked()) check_dispatch_ends(*workers[0]);
  close_buffers(dispatch);
  return total;
}

void write_counts(const Dispatch& dispatch, const Counts& counts) {
  report.key("counts");
  report.open('{');
  write_profile(report);
  report.field("threadgroup_barriers", counts.threadgroup_barriers);
  report.field("simdgroup_barriers", counts.simdgroup_barriers);
  report.field("simd_operations", counts.simd_operations);
  report.field("matrix_operations", counts.matrix_operations);
  report.field("divergent_simd_operations", counts.divergent_simd_operations);
  report.field("threadgroup_memory_bytes", dispatch.threadgroup_bytes);
  report.field("threads", counts.threads);
  report.field("threadgroups", counts.threadgroups);
  report.field("profiled_threadgroups", counts.profiled_threadgroups);
  report.close('}');
}

}  // namespace
}  // namespace runtime

using namespace runtime;

const char* msim_dispatch(const msim_launch* launch) {
  pthread_mutex_lock(&one_at_a_time);
  const double start_s = now_s();
  Dispatch& dispatch = state;
  dispatch.launch = launch;
  dispatch.kernel = launch->kernel;
  dispatch.image = image_of(reinterpret_cast<const void*>(launch->kernel->invoke));
  dispatch.next = 0;
  dispatch.stop = dispatch.fatal = 0;
  dispatch.threadgroup_bytes = dispatch.threadgroup_count = 0;
  dispatch.messages.reset(launch->max_messages ? launch->max_messages : kDefaultMessages);
  reset_profile();
  Counts counts{};
  if (!memory.reserve())
    give_up_launch(dispatch, "the process may not reserve address space for the buffers");
  else if (prepare_launch(dispatch))
    counts = run(dispatch);
  else
    dispatch.fatal = 1;
  report.clear();
  report.open('{');
  report.key("fatal"), report.boolean(dispatch.fatal != 0);
  dispatch.messages.write(report);
  write_counts(dispatch, counts);
  report.key("seconds"), report.real(now_s() - start_s);
  report.close('}');
  const char* text = report.text();
  pthread_mutex_unlock(&one_at_a_time);
  return text;
}
