"""simd and quad functions against the same in numpy, for every type that they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from kernels.simulator import Output
from tests.simulator.runtime_runs import kinds, library

Array = npt.NDArray[Any]
LANE = np.arange(32)
TYPES = {
    "float": np.float32,
    "half": np.float16,
    "int": np.int32,
    "uint": np.uint32,
    "short": np.int16,
    "ushort": np.uint16,
    "char": np.int8,
    "uchar": np.uint8,
}
INTEGERS = [name for name, dtype in TYPES.items() if np.issubdtype(dtype, np.integer)]


def _by_group(size: int, function: Callable[[Array], Any]) -> Callable[[Array], Array]:
    """Apply a reduction to groups of lanes, for all lanes of the group."""

    def apply(x: Array) -> Array:
        groups = x.reshape(-1, size)
        return np.repeat(np.array([function(group) for group in groups], x.dtype), size)

    return apply


def _take(source: Array) -> Callable[[Array], Array]:
    return lambda x: x[source]


def _fill(source: Array, valid: Array) -> Callable[[Array], Array]:
    return lambda x: np.where(valid, x[source], x.dtype.type(7))


def _exclusive(ufunc: np.ufunc, size: int) -> Callable[[Array], Array]:
    def apply(x: Array) -> Array:
        groups = ufunc.accumulate(x.reshape(-1, size), axis=1, dtype=x.dtype)
        first = np.full((len(groups), 1), ufunc.identity, x.dtype)
        return np.concatenate([first, groups[:, :-1]], axis=1).ravel()

    return apply


def _inclusive(ufunc: np.ufunc, size: int) -> Callable[[Array], Array]:
    return lambda x: ufunc.accumulate(x.reshape(-1, size), axis=1, dtype=x.dtype).ravel()


QUAD = LANE - LANE % 4
ANY_TYPE: dict[str, tuple[str, Callable[[Array], Array]]] = {
    "shuffle": ("simd_shuffle(v, ushort((lane * 5 + 3) % 32))", _take((LANE * 5 + 3) % 32)),
    "broadcast": ("simd_broadcast(v, ushort(9))", _take(LANE * 0 + 9)),
    "broadcast_first": ("simd_broadcast_first(v)", _take(LANE * 0)),
    "shuffle_xor": ("simd_shuffle_xor(v, ushort(6))", _take(LANE ^ 6)),
    "shuffle_up": ("simd_shuffle_up(v, ushort(3))", _take(np.where(LANE < 3, LANE, LANE - 3))),
    "shuffle_down": ("simd_shuffle_down(v, ushort(3))", _take(np.where(LANE > 28, LANE, (LANE + 3) % 32))),
    "rotate_up": ("simd_shuffle_rotate_up(v, ushort(5))", _take((LANE - 5) % 32)),
    "rotate_down": ("simd_shuffle_rotate_down(v, ushort(5))", _take((LANE + 5) % 32)),
    "fill_up": ("simd_shuffle_and_fill_up(v, T(7), ushort(5))", _fill(LANE - 5, LANE >= 5)),
    "fill_down": ("simd_shuffle_and_fill_down(v, T(7), ushort(5))", _fill((LANE + 5) % 32, LANE < 27)),
    "fill_up_of_8": (
        "simd_shuffle_and_fill_up(v, T(7), ushort(3), ushort(8))",
        _fill(LANE - 3, LANE % 8 >= 3),
    ),
    "sum": ("simd_sum(v)", _by_group(32, np.sum)),
    "product": ("simd_product(v)", _by_group(32, np.prod)),
    "min": ("simd_min(v)", _by_group(32, np.min)),
    "max": ("simd_max(v)", _by_group(32, np.max)),
    "inclusive_sum": ("simd_prefix_inclusive_sum(v)", _inclusive(np.add, 32)),
    "exclusive_sum": ("simd_prefix_exclusive_sum(v)", _exclusive(np.add, 32)),
    "inclusive_product": ("simd_prefix_inclusive_product(v)", _inclusive(np.multiply, 32)),
    "exclusive_product": ("simd_prefix_exclusive_product(v)", _exclusive(np.multiply, 32)),
    "quad_shuffle": ("quad_shuffle(v, ushort((lane + 1) % 4))", _take(QUAD + (LANE + 1) % 4)),
    "quad_broadcast": ("quad_broadcast(v, ushort(2))", _take(QUAD + 2)),
    "quad_broadcast_first": ("quad_broadcast_first(v)", _take(QUAD)),
    "quad_shuffle_xor": ("quad_shuffle_xor(v, ushort(3))", _take(LANE ^ 3)),
    "quad_up": ("quad_shuffle_up(v, ushort(1))", _take(np.where(LANE % 4 < 1, LANE, LANE - 1))),
    "quad_down": ("quad_shuffle_down(v, ushort(1))", _take(np.where(LANE % 4 > 2, LANE, (LANE + 1) % 32))),
    "quad_rotate": ("quad_shuffle_rotate_down(v, ushort(1))", _take(QUAD + (LANE + 1) % 4)),
    "quad_fill": ("quad_shuffle_and_fill_down(v, T(7), ushort(2))", _fill((LANE + 2) % 32, LANE % 4 < 2)),
    "quad_sum": ("quad_sum(v)", _by_group(4, np.sum)),
    "quad_min": ("quad_min(v)", _by_group(4, np.min)),
    "quad_max": ("quad_max(v)", _by_group(4, np.max)),
    "quad_inclusive_sum": ("quad_prefix_inclusive_sum(v)", _inclusive(np.add, 4)),
}
INTEGER_TYPE: dict[str, tuple[str, Callable[[Array], Array]]] = {
    "and": ("simd_and(v)", _by_group(32, np.bitwise_and.reduce)),
    "or": ("simd_or(v)", _by_group(32, np.bitwise_or.reduce)),
    "xor": ("simd_xor(v)", _by_group(32, np.bitwise_xor.reduce)),
    "quad_and": ("quad_and(v)", _by_group(4, np.bitwise_and.reduce)),
    "quad_or": ("quad_or(v)", _by_group(4, np.bitwise_or.reduce)),
    "quad_xor": ("quad_xor(v)", _by_group(4, np.bitwise_xor.reduce)),
}
KERNEL = """
template <typename T>
kernel void k_{name}(device const T* x [[buffer(0)]], device T* y [[buffer(1)]],
                   uint lane [[thread_index_in_simdgroup]]) {{
  const T v = x[lane];
  y[lane] = {expression};
}}
"""
INSTANCE = (
    'template [[host_name("{name}_{type}")]] [[kernel]] void k_{name}<{type}>'
    "(device const {type}*, device {type}*, uint);\n"
)
VOTES = """
kernel void votes(device uint* y [[buffer(0)]], uint lane [[thread_index_in_simdgroup]]) {
  const bool yes = lane % 3 == 0;
  const ulong all = ulong(simd_ballot(yes)), quad = ulong(quad_ballot(yes));
  y[lane * 8 + 0] = uint(all);
  y[lane * 8 + 1] = uint(quad);
  y[lane * 8 + 2] = simd_any(yes) | simd_all(yes) << 1 | simd_any(false) << 2 | simd_all(true) << 3;
  y[lane * 8 + 3] = quad_any(lane < 5) | quad_all(lane < 5) << 1;
  y[lane * 8 + 4] = simd_is_first() | quad_is_first() << 1;
  y[lane * 8 + 5] = uint(ulong(simd_active_threads_mask()));
  y[lane * 8 + 6] = simd_ballot(true).all() | simd_ballot(false).any() << 1;
  y[lane * 8 + 7] = simd_broadcast(lane % 2 == 1, ushort(3));
}
kernel void vectors(device const float4* x [[buffer(0)]], device float4* y [[buffer(1)]],
                    uint lane [[thread_index_in_simdgroup]]) {
  y[lane] = simd_sum(x[lane]) + simd_shuffle_xor(x[lane], ushort(1)) + simd_max(x[lane]);
}
kernel void bfloats(device const bfloat* x [[buffer(0)]], device float* y [[buffer(1)]],
                    uint lane [[thread_index_in_simdgroup]]) {
  y[lane] = float(simd_max(x[lane])) + float(simd_shuffle_down(x[lane], ushort(1)));
}
"""


def _text() -> str:
    out = [VOTES]
    for table, types in ((ANY_TYPE, list(TYPES)), (INTEGER_TYPE, INTEGERS)):
        for name, (expression, _) in table.items():
            out.append(KERNEL.format(name=name, expression=expression))
            out += [INSTANCE.format(name=name, type=type_name) for type_name in types]
    return "".join(out)


CASES = [(name, type_name) for name in ANY_TYPE for type_name in TYPES]
CASES += [(name, type_name) for name in INTEGER_TYPE for type_name in INTEGERS]


@pytest.mark.parametrize("mode", ["fast", "check"])
@pytest.mark.parametrize(("name", "type_name"), CASES)
def test_a_function_gives_what_numpy_gives(name: str, type_name: str, mode: str) -> None:
    """Every lane gets its value, exactly: the numbers are small enough for every type."""
    dtype = TYPES[type_name]
    x = np.where(LANE % 8 == 3, 2, 1).astype(dtype) if "product" in name else ((LANE * 7) % 5).astype(dtype)
    expected = (ANY_TYPE | INTEGER_TYPE)[name][1](x)
    arguments: dict[int, Any] = {0: x, 1: Output(32, dtype)}
    result = library(_text(), mode).run(f"{name}_{type_name}", arguments, grid=(1,), threadgroup=(32,))
    assert kinds(result) == []
    np.testing.assert_array_equal(result.outputs[1], expected)


@pytest.mark.parametrize("mode", ["fast", "check"])
def test_votes(mode: str) -> None:
    """Ballots have a bit per lane, quad ballots the bits of four lanes."""
    result = library(_text(), mode).run(
        "votes", {0: Output((32, 8), np.uint32)}, grid=(1,), threadgroup=(32,)
    )
    bits = sum(1 << lane for lane in range(0, 32, 3))
    rows = [
        [
            bits,
            bits >> (lane - lane % 4) & 15,
            0b1001,
            (lane < 8) | (lane < 4) << 1,
            (lane == 0) | (lane % 4 == 0) << 1,
            0xFFFFFFFF,
            0b01,
            1,
        ]
        for lane in range(32)
    ]
    np.testing.assert_array_equal(result.outputs[0], rows)


@pytest.mark.parametrize("mode", ["fast", "check"])
def test_vectors_go_lane_by_lane(mode: str) -> None:
    """A float4 is summed, shuffled and compared element by element."""
    x = (np.arange(128) % 11).reshape(32, 4).astype(np.float32)
    arguments: dict[int, Any] = {0: x, 1: Output((32, 4), np.float32)}
    result = library(_text(), mode).run("vectors", arguments, grid=(1,), threadgroup=(32,))
    np.testing.assert_array_equal(result.outputs[1], x.sum(0) + x[LANE ^ 1] + x.max(0))


def test_bfloat_takes_part() -> None:
    """bfloat has maximum and shuffle like any other type."""
    x = (np.arange(32, dtype=np.float32) - 16).view(np.uint32) >> 16
    arguments: dict[int, Any] = {0: x.astype(np.uint16), 1: Output(32, np.float32)}
    result = library(_text(), "fast").run("bfloats", arguments, grid=(1,), threadgroup=(32,))
    np.testing.assert_array_equal(result.outputs[1], 15 + np.append(np.arange(-15, 16), 15))
