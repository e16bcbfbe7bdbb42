// Text that is JSON, written from front to back.
#pragma once

#include <stdarg.h>
#include <stdio.h>

#include "array.h"

namespace runtime {

class Json {
 public:
  void clear() {
    text_.clear();
    first_ = true;
  }
  const char* text() {
    text_.push('\0');
    const char* out = text_.begin();
    return out;
  }

  void open(char bracket) {
    comma();
    text_.push(bracket);
    first_ = true;
  }
  void close(char bracket) {
    text_.push(bracket);
    first_ = false;
  }
  void key(const char* name) {
    string(name);
    text_.push(':');
    first_ = true;
  }
  void string(const char* value) {
    comma();
    text_.push('"');
    for (const char* c = value ? value : ""; *c; ++c) {
      if (*c == '"' || *c == '\\') text_.push('\\');
      if (static_cast<unsigned char>(*c) < 32)
        text_.push('\\'), text_.push('n');
      else
        text_.push(*c);
    }
    text_.push('"');
  }
  void number(uint64_t value) { raw("%llu", static_cast<unsigned long long>(value)); }
  void integer(int64_t value) { raw("%lld", static_cast<long long>(value)); }
  void real(double value) { raw("%.9g", value); }
  void boolean(bool value) { raw(value ? "true" : "false"); }

  void field(const char* name, uint64_t value) { key(name), number(value); }
  void field(const char* name, const char* value) { key(name), string(value); }

 private:
  void comma() {
    if (!first_) text_.push(',');
    first_ = false;
  }
  __attribute__((format(printf, 2, 3))) void raw(const char* format, ...) {
    comma();
    char buffer[64];
    va_list arguments;
    va_start(arguments, format);
    const int n = vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    for (int i = 0; i < n; ++i) text_.push(buffer[i]);
  }

  Array<char> text_;
  bool first_ = true;
};

}  // namespace runtime
