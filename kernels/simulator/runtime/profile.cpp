#include "profile.h"

#include <stdlib.h>

namespace runtime {
namespace {

constexpr uint64_t kLineBytes = 128;  // of a memory transaction
constexpr uint32_t kBanks = 32, kBankBytes = 4;
constexpr uint32_t kMaxLines = 4096, kTableSize = 4 * kMaxLines;

// What was done at one place in the code.
struct Line {
  uint32_t pc;
  bool is_write, in_threadgroup;
  uint64_t accesses, bytes, transactions, ideal;
};

Line lines[kMaxLines];
uint32_t line_count;
uint16_t table[kTableSize];  // by place: index in `lines` + 1
uint64_t order_of_sort[AccessLog::kCapacity];
Access sorted[AccessLog::kCapacity];

// The line of an access. Should there be too many, the last one takes them all.
Line& line_of(const Access& access, bool in_threadgroup) {
  const bool is_write = access.is_write != 0;
  uint32_t at = (access.pc * 2654435761u ^ access.is_write) % kTableSize;
  for (; table[at]; at = (at + 1) % kTableSize) {
    Line& line = lines[table[at] - 1];
    if (line.pc == access.pc && line.is_write == is_write && line.in_threadgroup == in_threadgroup) return line;
  }
  if (line_count == kMaxLines) return lines[kMaxLines - 1];
  lines[line_count] = {access.pc, is_write, in_threadgroup, 0, 0, 0, 0};
  table[at] = static_cast<uint16_t>(++line_count);
  return lines[line_count - 1];
}

bool in_arena(uint64_t address) { return memory.slot_of(address) >= kArenaSlot; }

uint64_t larger(uint64_t a, uint64_t b) { return a > b ? a : b; }

// Whether the accesses are of one size, and each lies behind the one before at one distance, at most a line's. Then
// the lines that they touch follow each other, and need not be counted one by one.
bool are_even(const Access* accesses, uint32_t count) {
  if (count < 2) return false;
  const uint64_t step = accesses[1].address - accesses[0].address;
  uint64_t differences = 0;
  for (uint32_t i = 1; i < count; ++i)
    differences |= (accesses[i].address - accesses[i - 1].address) ^ step | (accesses[i].bytes ^ accesses[0].bytes);
  return differences == 0 && step <= kLineBytes;
}

void count_even_transactions(const Access* accesses, uint32_t count, Line& line) {
  const uint64_t start = accesses[0].address, bytes = accesses[0].bytes;
  const uint64_t step = accesses[1].address - start, span = step * (count - 1) + bytes;
  const uint64_t distinct_bytes = step < bytes ? span : count * bytes;
  line.bytes += count * bytes;
  line.transactions += (start + span - 1) / kLineBytes - start / kLineBytes + 1;
  line.ideal += (distinct_bytes + kLineBytes - 1) / kLineBytes;
}

// Lines of 128 bytes that the accesses (by rising address) touch, and how few would do for as many bytes.
void count_transactions(const Access* accesses, uint32_t count, Line& line) {
  uint64_t next_line = 0, covered_to = 0, distinct_bytes = 0, transactions = 0, bytes = 0;
  for (const Access* access = accesses; access != accesses + count; ++access) {
    const uint64_t start = access->address, end = start + access->bytes;
    const uint64_t first = larger(start / kLineBytes, next_line), fresh = larger(start, covered_to);
    next_line = larger(next_line, (end - 1) / kLineBytes + 1);
    covered_to = larger(covered_to, end);
    transactions += next_line - (first < next_line ? first : next_line);
    distinct_bytes += covered_to - (fresh < covered_to ? fresh : covered_to);
    bytes += access->bytes;
  }
  line.bytes += bytes;
  line.transactions += transactions;
  line.ideal += (distinct_bytes + kLineBytes - 1) / kLineBytes;
}

// Passes over the banks: words of one bank are served one after the other, a word is served to all lanes at once.
void count_bank_passes(const Access* accesses, uint32_t count, Line& line) {
  uint32_t of_bank[kBanks] = {}, passes = 0, words = 0;
  uint64_t next_word = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t start = accesses[i].address, last = (start + accesses[i].bytes - 1) / kBankBytes;
    for (uint64_t word = larger(start / kBankBytes, next_word); word <= last; ++word) {
      const uint32_t in_bank = ++of_bank[word % kBanks];
      if (in_bank > passes) passes = in_bank;
      ++words;
    }
    next_word = larger(next_word, last + 1);
    line.bytes += accesses[i].bytes;
  }
  line.transactions += passes;
  line.ideal += (words + kBanks - 1) / kBanks;
}

// One access of a simdgroup: what its lanes did at one place at one time.
void count_together(Access* accesses, uint32_t count) {
  const bool is_even = are_even(accesses, count);
  for (uint32_t i = 1; i < count && !is_even; ++i)
    for (uint32_t k = i; k > 0 && accesses[k].address < accesses[k - 1].address; --k) {
      const Access swapped = accesses[k];
      accesses[k] = accesses[k - 1];
      accesses[k - 1] = swapped;
    }
  const bool in_threadgroup = in_arena(accesses[0].address);
  Line& line = line_of(accesses[0], in_threadgroup);
  ++line.accesses;
  if (in_threadgroup)
    count_bank_passes(accesses, count, line);
  else if (is_even)
    count_even_transactions(accesses, count, line);
  else
    count_transactions(accesses, count, line);
}

// Counts the accesses at the start of the logs that all lanes made at the same places. Returns how many those are.
uint32_t count_common_start(const AccessLog* const* logs, uint32_t lanes) {
  for (uint32_t i = 0;; ++i) {
    Access together[MSIM_SIMD_WIDTH];
    for (uint32_t lane = 0; lane < lanes; ++lane) {
      if (i >= logs[lane]->count) return i;
      together[lane] = logs[lane]->accesses[i];
      if (together[lane].pc != together[0].pc) return i;
    }
    if (lanes)
      count_together(together, lanes);
    else
      return 0;
  }
}

int compare(const void* a, const void* b) {
  const uint64_t x = *static_cast<const uint64_t*>(a), y = *static_cast<const uint64_t*>(b);
  return x < y ? -1 : x > y;
}

// Brings the accesses of a log from `start` on into the order of their places in the code, each place's in time order.
void sort_by_place(AccessLog& log, uint32_t start) {
  const uint32_t count = log.count - start;
  for (uint32_t i = 0; i < count; ++i) order_of_sort[i] = static_cast<uint64_t>(log.accesses[start + i].pc) << 32 | i;
  qsort(order_of_sort, count, sizeof order_of_sort[0], compare);
  for (uint32_t i = 0; i < count; ++i) sorted[i] = log.accesses[start + (order_of_sort[i] & 0xffffffff)];
  memcpy(log.accesses + start, sorted, count * sizeof sorted[0]);
}

// Counts the rest, where lanes took different ways.
void count_diverged(AccessLog* const* logs, uint32_t lanes, uint32_t start) {
  uint32_t at[MSIM_SIMD_WIDTH], end[MSIM_SIMD_WIDTH];
  for (uint32_t lane = 0; lane < lanes; ++lane) sort_by_place(*logs[lane], at[lane] = start);
  for (;;) {
    uint32_t pc = UINT32_MAX;
    for (uint32_t lane = 0; lane < lanes; ++lane)
      if (at[lane] < logs[lane]->count && logs[lane]->accesses[at[lane]].pc < pc)
        pc = logs[lane]->accesses[at[lane]].pc;
    if (pc == UINT32_MAX) return;
    for (uint32_t lane = 0; lane < lanes; ++lane)
      for (end[lane] = at[lane]; end[lane] < logs[lane]->count && logs[lane]->accesses[end[lane]].pc == pc;)
        ++end[lane];
    for (;;) {
      Access together[MSIM_SIMD_WIDTH];
      uint32_t count = 0;
      for (uint32_t lane = 0; lane < lanes; ++lane)
        if (at[lane] < end[lane]) together[count++] = logs[lane]->accesses[at[lane]++];
      if (!count) break;
      count_together(together, count);
    }
  }
}

void write_line(Json& json, const Line& line) {
  json.open('{');
  json.field("pc", line.pc);
  json.field("memory", line.in_threadgroup ? "threadgroup" : "device");
  json.key("is_write"), json.boolean(line.is_write);
  json.field("accesses", line.accesses);
  json.field("bytes", line.bytes);
  json.field("transactions", line.transactions);
  json.field("ideal", line.ideal);
  json.close('}');
}

int by_place(const void* a, const void* b) {
  const Line &x = *static_cast<const Line*>(a), &y = *static_cast<const Line*>(b);
  if (x.pc != y.pc) return x.pc < y.pc ? -1 : 1;
  if (x.is_write != y.is_write) return x.is_write ? 1 : -1;
  return static_cast<int>(x.in_threadgroup) - static_cast<int>(y.in_threadgroup);
}

}  // namespace

void reset_profile() {
  if (line_count) memset(table, 0, sizeof table);
  line_count = 0;
}

void count_accesses(AccessLog logs[MSIM_SIMD_WIDTH]) {
  AccessLog* used[MSIM_SIMD_WIDTH];
  uint32_t lanes = 0;
  for (uint32_t lane = 0; lane < MSIM_SIMD_WIDTH; ++lane)
    if (logs[lane].count) used[lanes++] = &logs[lane];
  if (!lanes) return;
  const uint32_t common = count_common_start(used, lanes);
  count_diverged(used, lanes, common);
  for (uint32_t lane = 0; lane < lanes; ++lane) used[lane]->count = 0;
}

void write_profile(Json& json) {
  qsort(lines, line_count, sizeof lines[0], by_place);
  uint64_t bytes[2][2] = {}, transactions[2] = {}, ideal[2] = {};
  for (uint32_t i = 0; i < line_count; ++i) {
    const Line& line = lines[i];
    bytes[line.in_threadgroup][line.is_write] += line.bytes;
    transactions[line.in_threadgroup] += line.transactions;
    ideal[line.in_threadgroup] += line.ideal;
  }
  json.field("device_read_bytes", bytes[0][0]);
  json.field("device_write_bytes", bytes[0][1]);
  json.field("device_transactions", transactions[0]);
  json.field("device_ideal_transactions", ideal[0]);
  json.field("threadgroup_read_bytes", bytes[1][0]);
  json.field("threadgroup_write_bytes", bytes[1][1]);
  json.field("bank_passes", transactions[1]);
  json.field("bank_ideal_passes", ideal[1]);
  json.key("lines");
  json.open('[');
  for (uint32_t i = 0; i < line_count; ++i) write_line(json, lines[i]);
  json.close(']');
}

}  // namespace runtime
