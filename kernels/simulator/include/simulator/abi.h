// What a translated kernel and the runtime agree on: plain C, no library header but the two for integer types.
//
// A kernel library registers its kernels and function constants in static constructors; the launcher that the
// translator writes for each kernel reads its arguments from an msim_thread. Nothing here knows about Metal's types.
//
// Kernels must be compiled with -fconvergent-functions: a call site identifies a simd operation, so the compiler may
// neither merge two sites nor split one.
#pragma once

#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#define MSIM_CONVERGENT __attribute__((convergent, nomerge))
// For calls whose return address tells where they stand in the kernel.
#define MSIM_CALL_POINT __attribute__((convergent, nomerge, not_tail_called))
#define MSIM_NOT_CHECKED __attribute__((no_sanitize("thread"), disable_sanitizer_instrumentation))
#else
#define MSIM_CONVERGENT
#define MSIM_CALL_POINT
#define MSIM_NOT_CHECKED
#endif
#define MSIM_INLINE inline __attribute__((always_inline))

// Functions of the headers that touch the runtime's own memory are calls of their own, so that check mode does not
// instrument them; the return address then tells where the kernel called them.
#define MSIM_RUNTIME_CALL MSIM_CALL_POINT inline __attribute__((noinline)) MSIM_NOT_CHECKED
#define MSIM_CALL_SITE __builtin_return_address(0)

#pragma GCC visibility push(default)
extern "C" {

// -- Kernels ---------------------------------------------------------------------------------------------------------

enum { MSIM_SLOTS = 31, MSIM_SIMD_WIDTH = 32, MSIM_MAX_THREADS = 1024 };
enum msim_parameter_kind { MSIM_BUFFER = 0, MSIM_THREADGROUP = 1 };

// A buffer or threadgroup argument; built-in arguments (positions, sizes) never appear in the table.
struct msim_parameter {
  uint32_t kind;           // msim_parameter_kind
  uint32_t index;          // n of [[buffer(n)]] or [[threadgroup(n)]]
  uint32_t element_bytes;  // of the pointed-to or referred-to type
  uint32_t align;          // of that type
  uint8_t is_const;        // `constant` or `const device`
  uint8_t is_reference;    // `constant T&`: the binding holds exactly one element
  uint8_t is_optional;     // [[function_constant(c)]] on the parameter: may be left unbound
  const char* name;
  const char* type;  // as written, for messages
};

struct msim_uint3 {
  uint32_t x, y, z;
};

// What all threads of one threadgroup share. Read it through the msim_get_... functions below.
struct msim_threadgroup {
  void* buffers[MSIM_SLOTS];
  void* threadgroup_arguments[MSIM_SLOTS];
  msim_uint3 position_in_grid;  // in threadgroups
  msim_uint3 origin;            // grid position of thread (0, 0, 0)
  msim_uint3 size;              // threads of this threadgroup (smaller at the edge with dispatch_threads)
  msim_uint3 dispatch_size;     // threads per threadgroup as dispatched
  msim_uint3 threadgroups_per_grid;
  msim_uint3 threads_per_grid;
  uint32_t simdgroups, dispatch_simdgroups, quadgroups;
};

// One GPU thread.
struct msim_thread {
  const msim_threadgroup* group;
  msim_uint3 position_in_threadgroup;
  uint32_t index;  // in the threadgroup
};

struct msim_kernel {
  const char* name;
  void (*invoke)(const msim_thread*);
  const msim_parameter* parameters;
  uint32_t parameter_count;
  uint32_t max_total_threads;  // [[max_total_threads_per_threadgroup]], 0: not given
  const char* file;
  uint32_t line;
  uint32_t uses_barriers;  // a hint that the runtime does not need: threads that never wait never switch
};

void msim_register_kernel(const msim_kernel* kernel);
// storage: the variable (bytes long, declared as type); is_defined: what is_function_constant_defined() reads.
void msim_register_function_constant(uint32_t index, void* storage, uint32_t bytes, const char* name, const char* type,
                                     bool* is_defined);

// -- Attributes: MSIM_ATTRIBUTE(thread, thread_position_in_grid) and so on, by Metal's names --------------------------
// Three-component ones are msim_uint3, the others uint32_t.

#define MSIM_ATTRIBUTE(thread, name) msim_get_##name(thread)

static MSIM_INLINE void* msim_get_buffer(const msim_thread* t, uint32_t index) { return t->group->buffers[index]; }
static MSIM_INLINE void* msim_get_threadgroup_argument(const msim_thread* t, uint32_t index) {
  return t->group->threadgroup_arguments[index];
}
static MSIM_INLINE msim_uint3 msim_get_thread_position_in_grid(const msim_thread* t) {
  const msim_uint3 o = t->group->origin, p = t->position_in_threadgroup;
  const msim_uint3 sum = {o.x + p.x, o.y + p.y, o.z + p.z};
  return sum;
}
static MSIM_INLINE msim_uint3 msim_get_threadgroup_position_in_grid(const msim_thread* t) {
  return t->group->position_in_grid;
}
static MSIM_INLINE msim_uint3 msim_get_thread_position_in_threadgroup(const msim_thread* t) {
  return t->position_in_threadgroup;
}
static MSIM_INLINE msim_uint3 msim_get_threads_per_threadgroup(const msim_thread* t) { return t->group->size; }
static MSIM_INLINE msim_uint3 msim_get_dispatch_threads_per_threadgroup(const msim_thread* t) {
  return t->group->dispatch_size;
}
static MSIM_INLINE msim_uint3 msim_get_threadgroups_per_grid(const msim_thread* t) {
  return t->group->threadgroups_per_grid;
}
static MSIM_INLINE msim_uint3 msim_get_threads_per_grid(const msim_thread* t) { return t->group->threads_per_grid; }
static MSIM_INLINE msim_uint3 msim_get_grid_size(const msim_thread* t) { return t->group->threads_per_grid; }
static MSIM_INLINE msim_uint3 msim_get_grid_origin(const msim_thread* t) {
  const msim_uint3 zero = {0, 0, 0};
  (void)t;
  return zero;
}
static MSIM_INLINE uint32_t msim_get_thread_index_in_threadgroup(const msim_thread* t) { return t->index; }
static MSIM_INLINE uint32_t msim_get_thread_index_in_simdgroup(const msim_thread* t) {
  return t->index % MSIM_SIMD_WIDTH;
}
static MSIM_INLINE uint32_t msim_get_simdgroup_index_in_threadgroup(const msim_thread* t) {
  return t->index / MSIM_SIMD_WIDTH;
}
static MSIM_INLINE uint32_t msim_get_thread_index_in_quadgroup(const msim_thread* t) { return t->index % 4; }
static MSIM_INLINE uint32_t msim_get_quadgroup_index_in_threadgroup(const msim_thread* t) { return t->index / 4; }
static MSIM_INLINE uint32_t msim_get_simdgroups_per_threadgroup(const msim_thread* t) { return t->group->simdgroups; }
static MSIM_INLINE uint32_t msim_get_dispatch_simdgroups_per_threadgroup(const msim_thread* t) {
  return t->group->dispatch_simdgroups;
}
static MSIM_INLINE uint32_t msim_get_quadgroups_per_threadgroup(const msim_thread* t) { return t->group->quadgroups; }
static MSIM_INLINE uint32_t msim_get_dispatch_quadgroups_per_threadgroup(const msim_thread* t) {
  return (t->group->dispatch_size.x * t->group->dispatch_size.y * t->group->dispatch_size.z + 3) / 4;
}
static MSIM_INLINE uint32_t msim_get_threads_per_simdgroup(const msim_thread* t) {
  (void)t;
  return MSIM_SIMD_WIDTH;
}
static MSIM_INLINE uint32_t msim_get_thread_execution_width(const msim_thread* t) {
  (void)t;
  return MSIM_SIMD_WIDTH;
}

// -- Threadgroup memory and barriers ---------------------------------------------------------------------------------

// The same memory for all threads of a threadgroup. key: any address or number that is unique to the variable.
void* msim_threadgroup_array(uint64_t key, uint64_t bytes, uint32_t align, uint32_t element_bytes, const char* name,
                             uint32_t line);

enum { MSIM_MEM_NONE = 0, MSIM_MEM_DEVICE = 1, MSIM_MEM_THREADGROUP = 2 };  // bits of metal::mem_flags
void msim_threadgroup_barrier(uint32_t mem_flags) MSIM_CALL_POINT;
void msim_simdgroup_barrier(uint32_t mem_flags) MSIM_CALL_POINT;

// -- simd operations -------------------------------------------------------------------------------------------------
// A lane writes its operand into its own cell, waits, and finds its result in its own cell. When all lanes of the
// simdgroup wait at one call site (or no other can go on), `operation` runs once for them. Cells come in three sizes,
// each packed, so that 32 floats are 128 contiguous bytes.

struct msim_simd {
  unsigned char in4[MSIM_SIMD_WIDTH][4] __attribute__((aligned(64)));
  unsigned char out4[MSIM_SIMD_WIDTH][4] __attribute__((aligned(64)));
  unsigned char in16[MSIM_SIMD_WIDTH][16] __attribute__((aligned(64)));
  unsigned char out16[MSIM_SIMD_WIDTH][16] __attribute__((aligned(64)));
  unsigned char in64[MSIM_SIMD_WIDTH][64] __attribute__((aligned(64)));
  unsigned char out64[MSIM_SIMD_WIDTH][64] __attribute__((aligned(64)));
  float matrices[4][8][8] __attribute__((aligned(64)));  // operands a, b, c and result of a matrix operation
  uint32_t lane;                                         // the thread that runs now
  uint32_t mask;                                         // lanes that take part in the operation
  uint32_t lanes;                                        // threads of this simdgroup
};

typedef void (*msim_simd_operation)(msim_simd* simd);
enum msim_simd_kind { MSIM_SIMD_OPERATION = 0, MSIM_MATRIX_OPERATION = 1, MSIM_SIMDGROUP_BARRIER = 2 };

struct msim_simd_call {
  msim_simd_operation operation;
  const char* name;  // for messages
  uint32_t kind;     // msim_simd_kind
};

msim_simd* msim_simd_current(void) __attribute__((const));
// site: identifies the call.
void msim_simd_wait(const msim_simd_call* call, const void* site) MSIM_CALL_POINT;

// -- Atomics ---------------------------------------------------------------------------------------------------------
// Called before an atomic access; does something in check mode only.
enum msim_atomic_kind { MSIM_ATOMIC_LOAD = 0, MSIM_ATOMIC_STORE = 1, MSIM_ATOMIC_UPDATE = 2 };
void msim_note_atomic(const void* address, uint32_t bytes, uint32_t kind, const void* site) MSIM_CALL_POINT;

// -- Vectors whose size no hook of the compiler sees ------------------------------------------------------------------
// Called before such an access in check mode, by calls that are put in after the code was optimised.
void msim_note_vector(const void* address, uint64_t bytes, uint32_t is_write);

}  // extern "C"
#pragma GCC visibility pop
