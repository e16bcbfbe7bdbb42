// Signals while a dispatch runs: memory faults and the deadline.
#pragma once

#include "dispatch_state.h"

namespace runtime {

// Installs the handlers; remove_handlers puts back what was there.
void install_handlers();
void remove_handlers();

// While this object lives, the calling CPU thread takes those signals, on a stack for them alone.
class SignalsHandled {
 public:
  explicit SignalsHandled(uint32_t worker);
  ~SignalsHandled();
};

// Interrupts the workers when the time is up, from a thread of its own: again and again, since a thread can only be
// given up while it runs the kernel's own code.
void start_watchdog(Dispatch& dispatch);
// The calling thread is that worker, from watch_worker to leave_worker.
void watch_worker(uint32_t number);
void leave_worker(uint32_t number);
void stop_watchdog();

}  // namespace runtime
