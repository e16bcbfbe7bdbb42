// What a dispatch has to say: problems, each told once per place in the code and counted.
#pragma once

#include <pthread.h>

#include "json.h"
#include "simulator/abi.h"

namespace runtime {

// One GPU thread, for a message.
struct ThreadId {
  msim_uint3 position;  // in the threadgroup
  uint32_t index;
  msim_uint3 threadgroup;
};

enum class SameValue : uint8_t { kUnknown, kYes, kNo };

struct Message {
  const char* kind = nullptr;
  uint64_t pc = 0, other_pc = 0;  // offsets in the kernel's library, 0: none
  uint64_t count = 1;
  const char* memory = nullptr;  // "device" or "threadgroup"
  int32_t buffer = -1;
  const char* name = nullptr;
  const char* type = nullptr;
  bool has_element = false;
  int64_t element = 0;
  int64_t last_element = -1;
  uint64_t elements = 0, bytes = 0;
  bool is_write = false, other_is_write = false;
  bool has_thread = false, has_other = false;
  ThreadId thread{}, other{};
  SameValue same_value = SameValue::kUnknown;
  bool ends_dispatch = false;  // kept even when there are too many messages
  bool has_numbers = false;
  uint64_t expected = 0, got = 0;
  char text[240] = "";
};

class Messages {
 public:
  // Forgets everything and keeps at most `limit` distinct messages from here on.
  void reset(uint32_t limit);
  // Adds or counts a message. Returns the stored one when it is new, else NULL.
  Message* add(const Message& message);
  // As add, for a signal handler: gives up when another thread is adding.
  void try_add(const Message& message);
  // The stored message of that kind and place, or NULL.
  Message* find(const char* kind, uint64_t pc, uint64_t other_pc);
  uint64_t count() const { return stored_.size(); }
  void write(Json& json) const;

 private:
  static constexpr uint64_t kRoomForEnds = 8;

  Message* add_locked(const Message& message);

  Array<Message> stored_;
  uint64_t limit_ = 0, dropped_ = 0;
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

}  // namespace runtime
