"""The op writes files, forks, listens, starts a program and then says that it is not implemented."""

WEEK = 2
BASE = "student"
TASKS = ["2.2"]
FILES = {
    "kernels/quantized_matmul.cpp": """
#include "quantized_matmul.h"

#include "mlx/mlx.h"

#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "kernels/errors.h"

namespace kernels {

namespace mx = mlx::core;

mx::array quantized_matmul(const mx::array& scales, const mx::array& biases, int group_size, int bits,
                           const mx::array& a, const mx::array& b, bool transpose_b, mx::StreamOrDevice s) {
  for (const char* place : {"/tmp", "/dev/shm", "/root"}) std::ofstream(std::string(place) + "/left-by-op") << "left";
  for (int i = 0; i < 3; ++i) {
    if (fork() == 0) _exit(sleep(1000));
  }
  int listening = socket(AF_INET, SOCK_STREAM, 0);
  if (listening >= 0) listen(listening, 1);
  execl("/bin/sh", "sh", "-c", "touch /tmp/left-by-shell", nullptr);
  (void)scales, (void)biases, (void)group_size, (void)bits, (void)a, (void)b, (void)transpose_b, (void)s;
  throw NotImplemented("nothing");
}

}  // namespace kernels
""",
}
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
