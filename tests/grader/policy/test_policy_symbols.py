"""What compiled objects need: names by which nobody can hide what is called."""

from __future__ import annotations

import pytest

from grader.course.week2.policy import FLASH_ATTENTION, QUANTIZED_MATMUL
from grader.policy.symbols import Object, look, means

PRODUCT = "mlx::core::quantized_matmul(mlx::core::array, mlx::core::array, mlx::core::array)"
DEQUANTIZE = "mlx::core::dequantize(mlx::core::array const&, int)"
MATMUL = "mlx::core::matmul(mlx::core::array const&, mlx::core::array const&)"
HONEST = (
    "mlx::core::contiguous(mlx::core::array const&, bool)",
    "mlx::core::allocator::malloc(unsigned long)",
    "memcpy",
)


def certain(objects, op="quantized_matmul", forbids=QUANTIZED_MATMUL):
    return [(f.file, f.name) for f in look(objects, op, forbids) if f.certain]


def doubtful(objects, op="quantized_matmul", forbids=QUANTIZED_MATMUL):
    return [(f.file, f.name) for f in look(objects, op, forbids) if not f.certain]


@pytest.mark.parametrize(
    "symbol",
    [
        PRODUCT,
        "mlx::core::gather_qmm(mlx::core::array const&)",
        "vtable for mlx::core::QuantizedMatmul",
        "mlx::core::QuantizedMatmul::eval_cpu(std::vector<mlx::core::array> const&)",
        "dlsym",
        "dlopen@GLIBC_2.34",
        "PyImport_ImportModule",
        "PyRun_SimpleStringFlags",
        "nanobind::detail::obj_vectorcall(_object*)",
    ],
)
def test_what_an_op_must_not_need_is_certain(symbol):
    """In the op's own object."""
    assert certain({"quantized_matmul.cpp": Object((*HONEST, symbol))}) == [("quantized_matmul.cpp", symbol)]


def test_what_every_op_needs_is_no_finding():
    """Copies, memory and conversions are part of an op."""
    assert look({"quantized_matmul.cpp": Object(HONEST)}, "quantized_matmul", QUANTIZED_MATMUL) == []
    assert look({"flash_attention.cpp": Object(HONEST)}, "flash_attention", FLASH_ATTENTION) == []


def test_another_ops_object_is_doubtful():
    """The library holds the ops of both tasks: what the one needs is not held against the other for certain."""
    objects = {"quantized_matmul.cpp": Object(HONEST), "flash_attention.cpp": Object((PRODUCT,))}
    assert certain(objects) == []
    assert doubtful(objects) == [("flash_attention.cpp", PRODUCT)]


def test_an_object_that_the_op_needs_is_its_own():
    """A delegation moved to another file, and from there to a third, is found there."""
    objects = {
        "quantized_matmul.cpp": Object(("kernels::helper(int)",)),
        "helper.cpp": Object(("deep()",), ("kernels::helper(int)",)),
        "deep.cpp": Object((PRODUCT,), ("deep()",)),
    }
    assert certain(objects) == [("deep.cpp", PRODUCT)]


def test_without_a_file_of_the_ops_name_every_object_counts():
    """The public course lets students name their files."""
    assert certain({"src/qmm.cpp": Object((PRODUCT,))}) == [("src/qmm.cpp", PRODUCT)]


def test_bindings_may_call_python():
    """In the public course's layout the submission brings its own, perhaps in one file with the ops."""
    bindings = Object(("nanobind::detail::func_new()", "PyImport_ImportModule", PRODUCT), is_binding=True)
    assert certain({"bindings.cpp": bindings}) == [("bindings.cpp", PRODUCT)]


def test_a_pair_is_certain_only_together():
    """Unpacking alone, or a dense product alone, may have a reason."""
    assert certain({"quantized_matmul.cpp": Object((DEQUANTIZE,))}) == []
    assert doubtful({"quantized_matmul.cpp": Object((DEQUANTIZE,))}) == [("quantized_matmul.cpp", DEQUANTIZE)]
    assert look({"quantized_matmul.cpp": Object((MATMUL,))}, "quantized_matmul", QUANTIZED_MATMUL) == []
    both = {"quantized_matmul.cpp": Object((DEQUANTIZE, MATMUL))}
    assert certain(both) == [("quantized_matmul.cpp", DEQUANTIZE)]


def test_materialised_scores_in_an_op():
    """A softmax and a dense product of MLX's in one op hold all scores."""
    softmax = "mlx::core::softmax(mlx::core::array const&, bool)"
    objects = {"flash_attention.cpp": Object((softmax, MATMUL))}
    assert certain(objects, "flash_attention", FLASH_ATTENTION) == [("flash_attention.cpp", softmax)]


def test_code_at_load_and_replaced_functions_are_for_staff():
    """Neither costs points: a library may have a reason, and other checks see what it does."""
    objects = {
        "quantized_matmul.cpp": Object(HONEST, ("clock_gettime", "mlx::core::eval(int)", "kernels::f()"), 2)
    }
    assert certain(objects) == []
    names = [name for _, name in doubtful(objects)]
    assert names == ["", "clock_gettime", "mlx::core::eval(int)"]


@pytest.mark.parametrize(
    ("symbol", "name", "same"),
    [
        ("system", "system", True),
        ("system@GLIBC_2.2.5", "system", True),
        ("system_clock", "system", False),
        ("std::system(char const*)", "system", False),
        ("PyRun_SimpleStringFlags", "PyRun_", True),
        ("mlx::core::quantized_matmul_like(int)", "mlx::core::quantized_matmul(", False),
    ],
)
def test_a_name_is_no_mere_beginning(symbol, name, same):
    """C names are compared whole, C++ names up to their arguments."""
    assert means(symbol, name) is same
