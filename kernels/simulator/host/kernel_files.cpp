#include "kernel_files.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <stdexcept>

namespace simulator_host {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRuntime = "libmetalsim.so";
constexpr const char* kCompiled = ".fast.so";
constexpr const char* kMissing = ".metal.txt";

std::string file_of(const void* address) {
  Dl_info info;
  return dladdr(address, &info) != 0 && info.dli_fname != nullptr ? info.dli_fname : "";
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::vector<fs::path> files_with_end(const std::string& folder, const char* end) {
  std::vector<fs::path> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    if (ends_with(entry.path().filename().string(), end)) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

template <class F>
void find(void* library, const char* name, F& function) {
  function = reinterpret_cast<F>(dlsym(library, name));
  if (function == nullptr) throw std::runtime_error("the simulator's runtime has no function " + std::string(name));
}

Runtime load_runtime() {
  void* library = RTLD_DEFAULT;  // who loaded it first shares it: kernels register themselves there
  if (dlsym(RTLD_DEFAULT, "msim_dispatch") == nullptr) {
    const std::string path = module_folder() + "/" + kRuntime;
    library = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (library == nullptr) {
      const std::string why = missing_files(module_folder());
      throw std::runtime_error("no Metal kernels: " + (why.empty() ? std::string(dlerror()) : why));
    }
  }
  Runtime found{};
  find(library, "msim_kernel_count", found.kernel_count);
  find(library, "msim_kernel_at", found.kernel_at);
  find(library, "msim_set_function_constant", found.set_function_constant);
  find(library, "msim_clear_function_constants", found.clear_function_constants);
  find(library, "msim_dispatch", found.dispatch);
  return found;
}

KernelFile load_file(const fs::path& path) {
  if (dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) == nullptr) {
    throw std::runtime_error("the compiled kernels in " + path.filename().string() + " cannot be loaded: " + dlerror());
  }
  KernelFile file{path.string(), {}};
  // By where the code lies, not by what was new: somebody may have loaded the file before.
  for (uint32_t i = 0; i < runtime().kernel_count(); ++i) {
    const msim_kernel* kernel = runtime().kernel_at(i);
    std::error_code none;
    if (fs::equivalent(file_of(reinterpret_cast<const void*>(kernel->invoke)), path, none)) {
      file.kernels.push_back(kernel);
    }
  }
  return file;
}

}  // namespace

const Runtime& runtime() {
  static const Runtime loaded = load_runtime();
  return loaded;
}

const std::string& module_folder() {
  static const std::string folder =
      fs::absolute(file_of(reinterpret_cast<const void*>(&module_folder))).parent_path().string();
  return folder;
}

const std::vector<KernelFile>& kernel_files(const std::string& folder) {
  static std::mutex mutex;
  static std::map<std::string, std::vector<KernelFile>> known;
  const std::lock_guard lock(mutex);
  const auto found = known.find(folder);
  if (found != known.end()) return found->second;
  runtime();
  std::vector<KernelFile> files;
  for (const fs::path& path : files_with_end(folder, kCompiled)) files.push_back(load_file(path));
  return known[folder] = std::move(files);
}

std::string missing_files(const std::string& folder) {
  std::ostringstream lines;
  for (const fs::path& path : files_with_end(folder, kMissing)) lines << std::ifstream(path).rdbuf();
  std::string text = lines.str();
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

bool has_kernels(const std::string& folder) {
  return !files_with_end(folder, kCompiled).empty() || !files_with_end(folder, kMissing).empty();
}

}  // namespace simulator_host
