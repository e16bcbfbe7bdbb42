#include "faults.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>

#include "fiber.h"

namespace runtime {
namespace {

constexpr int kDeadlineSignal = SIGURG;  // ignored by default, should one arrive late
constexpr long kRepeatNs = 2'000'000;
constexpr uint64_t kHandlerStackBytes = 64 << 10;

struct sigaction old_segv, old_bus, old_fpe, old_deadline;
void* handler_stacks[kMaxWorkers];
__thread stack_t old_stack __attribute__((tls_model("initial-exec")));
__thread sigset_t old_mask __attribute__((tls_model("initial-exec")));

#if defined(__x86_64__)
auto& program_counter(ucontext_t* context) { return context->uc_mcontext.gregs[REG_RIP]; }
auto& stack_pointer(ucontext_t* context) { return context->uc_mcontext.gregs[REG_RSP]; }
#else
auto& program_counter(ucontext_t* context) { return context->uc_mcontext.pc; }
auto& stack_pointer(ucontext_t* context) { return context->uc_mcontext.sp; }
#endif

bool is_write(const ucontext_t* context) {
#if defined(__x86_64__)
  return (context->uc_mcontext.gregs[REG_ERR] & 2) != 0;
#else
  (void)context;
  return false;
#endif
}

// The handler returns into the scheduler: the running thread is given up.
void give_up(Worker& worker, ucontext_t* context) {
  __atomic_store_n(&worker.dispatch->stop, 1, __ATOMIC_RELAXED);
  __atomic_store_n(&worker.dispatch->fatal, 1, __ATOMIC_RELAXED);
  using Register = decltype(+program_counter(context));
  program_counter(context) = reinterpret_cast<Register>(msim_fiber_resume);
  stack_pointer(context) = reinterpret_cast<Register>(worker.scheduler);
}

Message describe(const Worker& worker, const char* kind, ucontext_t* context) {
  Message message;
  message.kind = kind;
  const uint64_t pc = static_cast<uint64_t>(program_counter(context));
  if (worker.dispatch->image.contains(pc)) message.pc = pc - worker.dispatch->image.base;
  message.has_thread = true;
  message.thread = thread_id(worker, worker.base + worker.simd.lane);
  return message;
}

// A page of a slot that belongs to no buffer: in check mode the access has been told already.
void on_slot_fault(const Worker& worker, uint64_t address, ucontext_t* context) {
  if (worker.checked) return;
  const uint32_t slot = memory.slot_of(address);
  const bool device = slot < MSIM_SLOTS;
  Message message = describe(worker, device ? "device-out-of-bounds" : "threadgroup-out-of-bounds", context);
  message.memory = device ? "device" : "threadgroup";
  message.is_write = is_write(context);
  if (device) {
    const Buffer& buffer = worker.dispatch->buffers[slot];
    if (!message.is_write && buffer.may_be_loaded_early()) return;
    const int64_t element_bytes = static_cast<int64_t>(buffer.element_bytes());
    const int64_t offset = static_cast<int64_t>(address - memory.address(slot));
    message.buffer = static_cast<int32_t>(slot);
    message.name = buffer.parameter ? buffer.parameter->name : nullptr;
    message.type = buffer.parameter ? buffer.parameter->type : nullptr;
    message.has_element = true;
    message.element = (offset >= 0 ? offset : offset - element_bytes + 1) / element_bytes;
    message.elements = buffer.bytes / buffer.element_bytes();
  }
  worker.dispatch->messages.try_add(message);
}

void on_fault(int signal, siginfo_t* info, void* raw) {
  ucontext_t* context = static_cast<ucontext_t*>(raw);
  Worker* worker = current;
  const uint64_t address = reinterpret_cast<uint64_t>(info->si_addr);
  if (!worker) {  // not ours: let it happen again under the handler that was there before
    sigaction(signal, signal == SIGSEGV ? &old_segv : &old_bus, nullptr);
    return;
  }
  if (memory.contains(address) && memory.add_poison_page(address)) {
    if (worker->running) on_slot_fault(*worker, address, context);
    return;
  }
  if (!worker->running) {
    sigaction(signal, signal == SIGSEGV ? &old_segv : &old_bus, nullptr);
    return;
  }
  const uint32_t stack = worker->group->stacks[worker->simd.lane];
  const bool overflow = worker->stacks.is_below(stack, static_cast<uint64_t>(stack_pointer(context))) ||
                        worker->stacks.is_below(stack, address);
  // x86 gives no address for a vector that is not aligned. In check mode a wild address was told before the access.
  const bool misaligned = signal == SIGSEGV && info->si_code == SI_KERNEL;
  Message message = describe(*worker,
                             overflow                        ? "stack-overflow"
                             : misaligned && worker->checked ? "misaligned-access"
                                                             : "wild-access",
                             context);
  message.is_write = is_write(context);
  message.ends_dispatch = true;
  if (overflow)
    snprintf(message.text, sizeof message.text, "the thread's stack is full");
  else if (misaligned)
    snprintf(message.text, sizeof message.text, "access to an address that is not aligned, or that cannot be");
  else
    snprintf(message.text, sizeof message.text, "access to address 0x%llx", static_cast<unsigned long long>(address));
  worker->dispatch->messages.try_add(message);
  give_up(*worker, context);
}

// x86 faults where a GPU gives some number; arm64 gives 0 and says nothing.
void on_division(int signal, siginfo_t*, void* raw) {
  ucontext_t* context = static_cast<ucontext_t*>(raw);
  Worker* worker = current;
  if (!worker || !worker->running) {
    sigaction(signal, &old_fpe, nullptr);
    return;
  }
  Message message = describe(*worker, "integer-division", context);
  message.ends_dispatch = true;
  snprintf(message.text, sizeof message.text, "divides an integer by zero, or the smallest one by -1");
  worker->dispatch->messages.try_add(message);
  give_up(*worker, context);
}

// On its way to a function of the runtime a call passes a jump that belongs to no line.
bool is_linkage_stub(uint64_t pc) {
#if defined(__x86_64__)
  const unsigned char* code = reinterpret_cast<const unsigned char*>(pc);
  return code[0] == 0xff && code[1] == 0x25;  // jmp *offset(%rip)
#else
  (void)pc;
  return false;
#endif
}

void on_deadline(int, siginfo_t*, void* raw) {
  ucontext_t* context = static_cast<ucontext_t*>(raw);
  Worker* worker = current;
  if (!worker) return;
  // A worker between two threads sees this flag; one in the middle of a library call is asked again soon.
  Dispatch& dispatch = *worker->dispatch;
  const uint64_t pc = static_cast<uint64_t>(program_counter(context));
  if (!worker->running || !dispatch.image.contains(pc) || is_linkage_stub(pc)) return;
  if (!__atomic_exchange_n(&dispatch.fatal, 1, __ATOMIC_RELAXED)) {
    Message message = describe(*worker, "deadline", context);
    message.ends_dispatch = true;
    snprintf(message.text, sizeof message.text, "the kernel still runs after %g s", dispatch.launch->deadline_s);
    dispatch.messages.try_add(message);
  }
  give_up(*worker, context);
}

void install(int signal, void (*handler)(int, siginfo_t*, void*), struct sigaction* old) {
  struct sigaction action = {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  sigaction(signal, &action, old);
}

struct Watchdog {
  pthread_t thread;
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
  pthread_t workers[kMaxWorkers];
  bool working[kMaxWorkers];
  bool runs = false, done = false;
  timespec until;
};
Watchdog watchdog;

void* watch(void*) {
  pthread_mutex_lock(&watchdog.mutex);
  while (!watchdog.done) {
    if (pthread_cond_timedwait(&watchdog.wake, &watchdog.mutex, &watchdog.until) != ETIMEDOUT) continue;
    for (uint32_t i = 0; i < kMaxWorkers; ++i)
      if (watchdog.working[i]) pthread_kill(watchdog.workers[i], kDeadlineSignal);
    watchdog.until.tv_nsec += kRepeatNs;
    if (watchdog.until.tv_nsec >= 1'000'000'000) watchdog.until.tv_nsec -= 1'000'000'000, ++watchdog.until.tv_sec;
  }
  pthread_mutex_unlock(&watchdog.mutex);
  return nullptr;
}

}  // namespace

void install_handlers() {
  install(SIGSEGV, on_fault, &old_segv);
  install(SIGBUS, on_fault, &old_bus);
  install(SIGFPE, on_division, &old_fpe);
  install(kDeadlineSignal, on_deadline, &old_deadline);
}

void remove_handlers() {
  sigaction(SIGSEGV, &old_segv, nullptr);
  sigaction(SIGBUS, &old_bus, nullptr);
  sigaction(SIGFPE, &old_fpe, nullptr);
  sigaction(kDeadlineSignal, &old_deadline, nullptr);
}

SignalsHandled::SignalsHandled(uint32_t worker) {
  if (!handler_stacks[worker])
    handler_stacks[worker] =
        mmap(nullptr, kHandlerStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  stack_t stack = {};
  stack.ss_sp = handler_stacks[worker];
  stack.ss_size = kHandlerStackBytes;
  sigaltstack(&stack, &old_stack);
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, SIGSEGV), sigaddset(&ours, SIGBUS), sigaddset(&ours, kDeadlineSignal);
  pthread_sigmask(SIG_UNBLOCK, &ours, &old_mask);
}

SignalsHandled::~SignalsHandled() {
  pthread_sigmask(SIG_SETMASK, &old_mask, nullptr);
  sigaltstack(&old_stack, nullptr);
}

void start_watchdog(Dispatch& dispatch) {
  const double seconds = dispatch.launch->deadline_s;
  if (!(seconds > 0)) return;
  clock_gettime(CLOCK_REALTIME, &watchdog.until);
  watchdog.until.tv_sec += static_cast<time_t>(seconds);
  watchdog.until.tv_nsec += static_cast<long>((seconds - static_cast<double>(static_cast<time_t>(seconds))) * 1e9);
  if (watchdog.until.tv_nsec >= 1'000'000'000) watchdog.until.tv_nsec -= 1'000'000'000, ++watchdog.until.tv_sec;
  watchdog.done = false;
  // Its signals are not for this thread: block all, so that the process's own handlers never run there.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  watchdog.runs = pthread_create(&watchdog.thread, nullptr, watch, nullptr) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void watch_worker(uint32_t number) {
  pthread_mutex_lock(&watchdog.mutex);
  watchdog.workers[number] = pthread_self();
  watchdog.working[number] = true;
  pthread_mutex_unlock(&watchdog.mutex);
}

void leave_worker(uint32_t number) {
  pthread_mutex_lock(&watchdog.mutex);
  watchdog.working[number] = false;
  pthread_mutex_unlock(&watchdog.mutex);
}

void stop_watchdog() {
  if (!watchdog.runs) return;
  pthread_mutex_lock(&watchdog.mutex);
  watchdog.done = true;
  pthread_cond_signal(&watchdog.wake);
  pthread_mutex_unlock(&watchdog.mutex);
  pthread_join(watchdog.thread, nullptr);
  watchdog.runs = false;
}

}  // namespace runtime
