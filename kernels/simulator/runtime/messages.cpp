#include "messages.h"

namespace runtime {
namespace {

void write_position(Json& json, const char* name, msim_uint3 p) {
  json.key(name);
  json.open('[');
  json.number(p.x), json.number(p.y), json.number(p.z);
  json.close(']');
}

void write_thread(Json& json, const ThreadId& id) {
  json.key("thread");
  json.open('{');
  json.field("x", id.position.x), json.field("y", id.position.y), json.field("z", id.position.z);
  json.field("index", id.index);
  json.field("lane", id.index % MSIM_SIMD_WIDTH);
  json.field("simdgroup", id.index / MSIM_SIMD_WIDTH);
  json.close('}');
  write_position(json, "threadgroup", id.threadgroup);
}

void write_memory(Json& json, const Message& m) {
  json.field("memory", m.memory);
  json.key("buffer"), json.integer(m.buffer);
  if (m.name) json.field("name", m.name);
  if (m.type) json.field("type", m.type);
  if (m.has_element) {
    json.key("element"), json.integer(m.element);
    json.field("elements", m.elements);
  }
  if (m.last_element >= 0) json.key("last_element"), json.integer(m.last_element);
  if (m.bytes) json.field("bytes", m.bytes);
  json.key("is_write"), json.boolean(m.is_write);
}

void write_message(Json& json, const Message& m) {
  json.open('{');
  json.field("kind", m.kind);
  if (m.pc) json.field("pc", m.pc);
  if (m.other_pc) json.field("other_pc", m.other_pc);
  json.field("count", m.count);
  if (m.memory) write_memory(json, m);
  if (m.has_thread) write_thread(json, m.thread);
  if (m.has_other) {
    json.key("other");
    json.open('{');
    json.key("is_write"), json.boolean(m.other_is_write);
    write_thread(json, m.other);
    json.close('}');
  }
  if (m.same_value != SameValue::kUnknown) json.key("same_value"), json.boolean(m.same_value == SameValue::kYes);
  if (m.has_numbers) json.field("expected", m.expected), json.field("got", m.got);
  json.field("text", m.text);
  json.close('}');
}

}  // namespace

void Messages::reset(uint32_t limit) {
  limit_ = limit;
  dropped_ = 0;
  stored_.clear();
  stored_.reserve(limit + kRoomForEnds);  // so that a signal handler never allocates
}

Message* Messages::find(const char* kind, uint64_t pc, uint64_t other_pc) {
  for (Message& m : stored_)
    if (m.pc == pc && m.other_pc == other_pc && strcmp(m.kind, kind) == 0) return &m;
  return nullptr;
}

Message* Messages::add_locked(const Message& message) {
  // Without a place in the code (launch messages) the text tells two apart.
  if (message.pc) {
    if (Message* known = find(message.kind, message.pc, message.other_pc)) {
      known->count += message.count;
      return nullptr;
    }
  }
  if (stored_.size() >= limit_ + (message.ends_dispatch ? kRoomForEnds : 0)) {
    ++dropped_;
    return nullptr;
  }
  return &stored_.push(message);
}

Message* Messages::add(const Message& message) {
  pthread_mutex_lock(&mutex_);
  Message* stored = add_locked(message);
  pthread_mutex_unlock(&mutex_);
  return stored;
}

void Messages::try_add(const Message& message) {
  if (pthread_mutex_trylock(&mutex_) != 0) return;
  add_locked(message);
  pthread_mutex_unlock(&mutex_);
}

void Messages::write(Json& json) const {
  json.key("messages");
  json.open('[');
  for (const Message& m : stored_) write_message(json, m);
  json.close(']');
  json.field("dropped_messages", dropped_);
}

}  // namespace runtime
