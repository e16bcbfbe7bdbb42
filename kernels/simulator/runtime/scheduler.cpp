// Runs the threads of a threadgroup on fibers: barriers and simd operations are the places where one gives way to
// another.
//
// Threads that never wait run one after the other on one stack, without a switch. Lanes of a simdgroup switch directly
// to each other; the scheduler sees them only when none can go on.
#include "check.h"
#include "dispatch_state.h"
#include "fiber.h"

namespace runtime {

__thread Worker* current = nullptr;

namespace {

// What a new stack runs: GPU threads of this simdgroup until one of them had to wait.
[[noreturn]] void run_threads() {
  Worker& worker = *current;
  for (;;) {
    Simdgroup& group = *worker.group;
    const uint32_t lane = worker.simd.lane;
    worker.dispatch->kernel->invoke(&worker.threads[worker.base + lane]);
    if (worker.checked) check_thread_end(worker);
    group.finished |= bit(lane);
    if (!group.ready && group.unstarted) {
      worker.simd.lane = pick(worker, group.unstarted);
      group.unstarted &= ~bit(worker.simd.lane);
      group.stacks[worker.simd.lane] = group.stacks[lane];
      continue;
    }
    worker.stacks.give_back(group.stacks[lane]);
    void* next = worker.scheduler;
    if (group.ready) {
      worker.simd.lane = pick(worker, group.ready);
      group.ready &= ~bit(worker.simd.lane);
      next = group.stack_pointers[worker.simd.lane];
    }
    void* never_resumed;
    msim_fiber_switch(&never_resumed, next);
  }
}

void* start(Worker& worker, uint32_t lane) {
  Simdgroup& group = *worker.group;
  group.unstarted &= ~bit(lane);
  group.stacks[lane] = worker.stacks.take();
  worker.simd.lane = lane;
  return new_fiber(worker.stacks.top(group.stacks[lane]), run_threads);
}

// The running lane has to wait: go on with another one.
inline void give_way(Worker& worker, uint32_t lane) {
  Simdgroup& group = *worker.group;
  void* next = worker.scheduler;
  if (group.ready) {
    const uint32_t chosen = pick(worker, group.ready);
    group.ready &= ~bit(chosen);
    worker.simd.lane = chosen;
    if (chosen == lane) return;
    next = group.stack_pointers[chosen];
  } else if (group.unstarted) {
    next = start(worker, pick(worker, group.unstarted));
  }
  msim_fiber_switch(&group.stack_pointers[lane], next);
}

void count_operation(Worker& worker, const msim_simd_call& call, uint32_t mask) {
  Counts& counts = worker.counts;
  counts.simdgroup_barriers += call.kind == MSIM_SIMDGROUP_BARRIER;
  counts.simd_operations += call.kind == MSIM_SIMD_OPERATION;
  counts.matrix_operations += call.kind == MSIM_MATRIX_OPERATION;
  counts.divergent_simd_operations += mask != worker.group->all;
}

// All lanes in `mask` wait at one simd operation: do it, and let them go on.
inline void complete(Worker& worker, const msim_simd_call& call, uint32_t mask) {
  Simdgroup& group = *worker.group;
  count_operation(worker, call, mask);
  worker.simd.mask = mask;
  if (call.operation) call.operation(&worker.simd);
  group.at_simd &= ~mask;
  group.ready = mask;
}

// No lane can go on, and some wait at a simd operation that the others will not reach: the lanes of the first such site
// in the code go on by themselves, which brings branches together again where they meet.
void complete_divergent(Worker& worker) {
  Simdgroup& group = *worker.group;
  const void* site = nullptr;
  for (uint32_t rest = group.at_simd; rest; rest &= rest - 1) {
    const void* other = group.sites[__builtin_ctz(rest)];
    if (!site || other < site) site = other;
  }
  uint32_t mask = 0;
  for (uint32_t rest = group.at_simd; rest; rest &= rest - 1) {
    const uint32_t lane = static_cast<uint32_t>(__builtin_ctz(rest));
    if (group.sites[lane] == site) mask |= bit(lane);
  }
  const uint32_t first = static_cast<uint32_t>(__builtin_ctz(mask));
  const msim_simd_call& call = *group.calls[first];
  if (mask != group.all && worker.checked) check_divergent_operation(worker, call, site, mask);
  if (call.kind == MSIM_SIMDGROUP_BARRIER && worker.checked)
    check_simdgroup_barrier(worker, group.barrier_flags[first]);
  complete(worker, call, mask);
  group.mixed = group.at_simd != 0;
}

void run_simdgroup(Worker& worker, uint32_t number) {
  Simdgroup& group = worker.groups[number];
  worker.group = &group;
  worker.base = number * MSIM_SIMD_WIDTH;
  worker.simd.lanes = static_cast<uint32_t>(__builtin_popcount(group.all));
  if (worker.checked) check_simdgroup_starts(worker, number);
  for (;;) {
    if (group.ready | group.unstarted) {
      void* next = nullptr;
      if (group.ready) {
        worker.simd.lane = pick(worker, group.ready);
        group.ready &= ~bit(worker.simd.lane);
        next = group.stack_pointers[worker.simd.lane];
      } else {
        next = start(worker, pick(worker, group.unstarted));
      }
      worker.running = true;
      msim_fiber_switch(&worker.scheduler, next);
      worker.running = false;
      if (__atomic_load_n(&worker.dispatch->stop, __ATOMIC_RELAXED)) return;
      continue;
    }
    if (worker.profiled) check_profile_step(worker);
    if (group.parked) {
      group.ready = group.parked;
      group.parked = 0;
    } else if (group.at_simd) {
      complete_divergent(worker);
    } else {
      return;
    }
  }
}

void set_up(Worker& worker, uint64_t number) {
  const Dispatch& dispatch = *worker.dispatch;
  msim_threadgroup& context = worker.context;
  const msim_uint3 position = dispatch.position_of(number), full = dispatch.size, grid = dispatch.threads;
  const msim_uint3 origin{position.x * full.x, position.y * full.y, position.z * full.z};
  const auto smaller = [](uint32_t a, uint32_t b) { return a < b ? a : b; };
  const msim_uint3 size{smaller(full.x, grid.x - origin.x), smaller(full.y, grid.y - origin.y),
                        smaller(full.z, grid.z - origin.z)};
  if (memcmp(&size, &context.size, sizeof size) != 0) {
    uint32_t index = 0;
    for (uint32_t z = 0; z < size.z; ++z)
      for (uint32_t y = 0; y < size.y; ++y)
        for (uint32_t x = 0; x < size.x; ++x, ++index) worker.threads[index] = {&context, {x, y, z}, index};
    context.size = size;
    worker.thread_count = index;
    context.simdgroups = (index + MSIM_SIMD_WIDTH - 1) / MSIM_SIMD_WIDTH;
    context.quadgroups = (index + 3) / 4;
  }
  context.position_in_grid = position;
  context.origin = origin;
  for (uint32_t i = 0; i < context.simdgroups; ++i) {
    const uint32_t rest = worker.thread_count - i * MSIM_SIMD_WIDTH;
    Simdgroup& group = worker.groups[i];
    group.all = group.unstarted = rest >= MSIM_SIMD_WIDTH ? ~0u : bit(rest) - 1;
    group.ready = group.at_simd = group.at_barrier = group.parked = group.finished = 0;
    group.mixed = false;
  }
  if (dispatch.poisoned()) memset(reinterpret_cast<void*>(worker.arena), kPoison, worker.arena_used);
}

// Every thread waits at a barrier or has finished. Returns false when all have finished.
bool release_barrier(Worker& worker) {
  uint32_t waiting = 0, flags = 0;
  for (uint32_t i = 0; i < worker.context.simdgroups; ++i) waiting |= worker.groups[i].at_barrier;
  if (!waiting) return false;
  ++worker.counts.threadgroup_barriers;
  for (uint32_t i = 0; i < worker.context.simdgroups; ++i) {
    Simdgroup& group = worker.groups[i];
    for (uint32_t rest = group.at_barrier; rest; rest &= rest - 1) flags |= group.barrier_flags[__builtin_ctz(rest)];
  }
  check_barrier(worker, flags);
  for (uint32_t i = 0; i < worker.context.simdgroups; ++i) {
    worker.groups[i].ready = worker.groups[i].at_barrier;
    worker.groups[i].at_barrier = 0;
  }
  return true;
}

}  // namespace

bool run_threadgroup(Worker& worker, uint64_t number) {
  set_up(worker, number);
  if (worker.checked) check_threadgroup_starts(worker, number);
  const uint32_t simdgroups = worker.context.simdgroups;
  do {
    for (uint32_t i = 0; i < simdgroups; ++i) {
      run_simdgroup(worker, worker.reversed ? simdgroups - 1 - i : i);
      if (__atomic_load_n(&worker.dispatch->stop, __ATOMIC_RELAXED)) return false;
    }
  } while (release_barrier(worker));
  worker.counts.threads += worker.thread_count;
  ++worker.counts.threadgroups;
  return true;
}

void abandon(Worker& worker) {
  __atomic_store_n(&worker.dispatch->stop, 1, __ATOMIC_RELAXED);
  void* never_resumed;
  msim_fiber_switch(&never_resumed, worker.scheduler);
  __builtin_unreachable();
}

void park(Worker& worker) {
  worker.group->parked |= bit(worker.simd.lane);
  give_way(worker, worker.simd.lane);
}

ThreadId thread_id(const Worker& worker, uint32_t index) {
  return {worker.threads[index].position_in_threadgroup, index, worker.context.position_in_grid};
}

}  // namespace runtime

using namespace runtime;

msim_simd* msim_simd_current(void) { return &current->simd; }

void msim_simd_wait(const msim_simd_call* call, const void* site) {
  Worker& worker = *current;
  Simdgroup& group = *worker.group;
  const uint32_t lane = worker.simd.lane;
  group.sites[lane] = site;
  group.calls[lane] = call;
  if (!group.at_simd) {
    group.first_site = site;
    group.mixed = false;
  } else if (site != group.first_site) {
    group.mixed = true;
  }
  group.at_simd |= bit(lane);
  if (group.at_simd == group.all && !group.mixed) {
    if (worker.profiled) check_profile_step(worker);
    if (worker.checked && call->kind == MSIM_SIMDGROUP_BARRIER)
      check_simdgroup_barrier(worker, group.barrier_flags[lane]);
    complete(worker, *call, group.all);
  }
  give_way(worker, lane);
}

void msim_simdgroup_barrier(uint32_t mem_flags) {
  static const msim_simd_call call{nullptr, "simdgroup_barrier", MSIM_SIMDGROUP_BARRIER};
  current->group->barrier_flags[current->simd.lane] = mem_flags;
  msim_simd_wait(&call, __builtin_return_address(0));
}

void msim_threadgroup_barrier(uint32_t mem_flags) {
  Worker& worker = *current;
  Simdgroup& group = *worker.group;
  const uint32_t lane = worker.simd.lane;
  group.sites[lane] = __builtin_return_address(0);
  group.barrier_flags[lane] = mem_flags;
  group.at_barrier |= bit(lane);
  give_way(worker, lane);
}
