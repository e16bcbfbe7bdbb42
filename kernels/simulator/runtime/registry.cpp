#include "registry.h"

#include <link.h>

#include "array.h"

namespace runtime {
namespace {

Array<const msim_kernel*> kernels;
Array<FunctionConstant> function_constants, unset_constants;

struct Search {
  uint64_t address;
  Image found;
};

int visit(dl_phdr_info* info, size_t, void* argument) {
  Search& search = *static_cast<Search*>(argument);
  Image image{info->dlpi_addr, UINT64_MAX, 0};
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr) & header = info->dlpi_phdr[i];
    if (header.p_type != PT_LOAD) continue;
    const uint64_t low = info->dlpi_addr + header.p_vaddr, high = low + header.p_memsz;
    if (low < image.low) image.low = low;
    if (high > image.high) image.high = high;
  }
  if (image.high == 0 || !image.contains(search.address)) return 0;
  search.found = image;
  return 1;
}

}  // namespace

Image image_of(const void* address) {
  Search search{reinterpret_cast<uint64_t>(address), {}};
  dl_iterate_phdr(visit, &search);
  return search.found;
}

void note_unset_constants(const Image& image) {
  unset_constants.clear();
  for (const FunctionConstant& constant : function_constants)
    if (constant.is_defined && !*constant.is_defined && image.contains(reinterpret_cast<uint64_t>(constant.storage)))
      unset_constants.push(constant);
}

const FunctionConstant* unset_constant_at(uint64_t address) {
  for (const FunctionConstant& constant : unset_constants)
    if (address - reinterpret_cast<uint64_t>(constant.storage) < constant.bytes) return &constant;
  return nullptr;
}

}  // namespace runtime

using namespace runtime;

void msim_register_kernel(const msim_kernel* kernel) { kernels.push(kernel); }

void msim_register_function_constant(uint32_t index, void* storage, uint32_t bytes, const char* name, const char*,
                                     bool* is_defined) {
  function_constants.push({index, bytes, storage, name, is_defined});
}

const msim_kernel* msim_find_kernel(const char* name) {
  for (uint64_t i = kernels.size(); i-- > 0;)
    if (strcmp(kernels[i]->name, name) == 0) return kernels[i];
  return nullptr;
}

uint32_t msim_kernel_count(void) { return static_cast<uint32_t>(kernels.size()); }

const msim_kernel* msim_kernel_at(uint32_t index) { return index < kernels.size() ? kernels[index] : nullptr; }

int msim_set_function_constant(uint32_t index, const void* value, uint32_t bytes) {
  int set = 0;
  for (FunctionConstant& constant : function_constants) {
    if (constant.index != index || constant.bytes != bytes) continue;
    memcpy(constant.storage, value, bytes);
    if (constant.is_defined) *constant.is_defined = true;
    ++set;
  }
  return set;
}

void msim_clear_function_constants(void) {
  for (FunctionConstant& constant : function_constants) {
    memset(constant.storage, 0, constant.bytes);
    if (constant.is_defined) *constant.is_defined = false;
  }
}
