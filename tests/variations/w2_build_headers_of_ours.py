"""Right kernels beside headers with the names of the toolchain's and of MLX's, which must not be taken for them."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
FILES = {
    "kernels/kernels/primitive.h": '#error "a header of the submission in place of the toolchain\'s"\n',
    "kernels/kernels/errors.h": '#error "a header of the submission in place of the toolchain\'s"\n',
    "kernels/mlx/mlx.h": '#error "a header of the submission in place of MLX\'s"\n',
    "kernels/vector.h": "#error nobody asks for this file\n",
}
