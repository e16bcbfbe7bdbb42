"""Launches of the kernels in ``features/lanes.metal`` and ``features/arguments.metal``."""

from __future__ import annotations

import numpy as np

from kernels.simulator import BFloat16, Output
from tests.simulator.feature_cases import Case, feature, whole


@feature("lanes")
def compact() -> Case:
    x = whole(96, np.int32)
    rows = [np.pad(row[row > 0], (0, int((row <= 0).sum()))) for row in x.reshape(3, 32)]
    return Case("compact", {0: x, 1: Output(96, np.int32)}, (1,), (96,), {1: np.concatenate(rows)})


@feature("lanes")
def votes() -> Case:
    x = np.concatenate([np.arange(1, 33), np.arange(-20, 12), np.arange(32)]).astype(np.int32)
    return Case("votes", {0: x, 1: Output(3, np.uint32)}, (3,), (32,), {1: np.array([5, 2, 4])})


@feature("lanes")
def quads() -> Case:
    x = whole(64).reshape(16, 4)
    wanted = np.stack([x.sum(1).repeat(4), x[:, 3].repeat(4)], axis=-1)
    return Case("quads", {0: x, 1: Output((64, 2))}, (1,), (64,), {1: wanted})


@feature("lanes")
def bitonic_sort() -> Case:
    x = whole(2 * 64, np.int32, -999, 999).reshape(2, 64)
    return Case("bitonic_sort", {0: Output(x)}, (2,), (64,), {0: np.sort(x, axis=1)})


@feature("lanes")
def reverse_lanes() -> Case:
    x = whole(128).reshape(4, 32)
    mirrored = 2 * x[:, ::-1]
    wanted = mirrored + mirrored.reshape(4, 16, 2)[:, :, ::-1].reshape(4, 32)
    return Case("reverse_lanes", {0: x, 1: Output((4, 32))}, (1,), (128,), {1: wanted})


@feature("lanes")
def rotations() -> Case:
    x = whole(64, np.int32).reshape(2, 32)
    wanted = np.roll(x, -1, 1) * np.roll(x, 1, 1) + x[:, 7:8]
    return Case("rotations", {0: x, 1: Output((2, 32), np.int32)}, (1,), (64,), {1: wanted})


def _histogram(kernel: str) -> Case:
    x = whole(200, np.uint8, 0, 64)
    arguments = {0: x, 1: Output(np.zeros(16, np.uint32)), 2: np.uint32(200)}
    return Case(kernel, arguments, (4,), (64,), {1: np.bincount(x % 16, minlength=16)})


@feature("lanes")
def histogram() -> Case:
    return _histogram("histogram")


@feature("lanes")
def histogram_in_threadgroup() -> Case:
    return _histogram("histogram_in_threadgroup")


@feature("lanes")
def total() -> Case:
    x = whole(256)
    return Case("total", {0: x, 1: Output(np.zeros(1, np.float32))}, (2,), (128,), {1: x.sum(keepdims=True)})


@feature("lanes")
def largest() -> Case:
    x = whole(128, low=1, high=999)
    bits = x.max(keepdims=True).view(np.uint32)
    return Case("largest", {0: x, 1: Output(np.zeros(1, np.uint32))}, (2,), (64,), {1: bits})


@feature("lanes")
def append() -> Case:
    x = np.where(np.arange(100) % 3 == 0, np.int32(7), np.int32(-1))
    arguments = {0: x, 1: Output(34, np.int32), 2: Output(np.zeros(1, np.uint32))}
    return Case("append", arguments, (2,), (50,), {1: np.full(34, 7), 2: np.array([34])})


@feature("lanes")
def any_negative() -> Case:
    x = whole(64, np.int32)
    return Case("any_negative", {0: x, 1: Output(np.zeros(1, np.uint32))}, (2,), (32,), {1: np.array([1])})


@feature("arguments")
def scale_by_table() -> Case:
    x = whole(100)
    arguments = {0: x, 1: Output(100), 2: np.uint32(100)}
    return Case("scale_by_table", arguments, (4,), (32,), {1: x * np.tile([0.5, 1, 2, 4], 25)})


@feature("arguments")
def add_bias() -> Case:
    x, bias = whole(64), whole(64)[::-1].copy()
    options = {"function_constants": {0: True, 1: np.float32(3)}}
    return Case("add_bias", {0: x, 1: bias, 2: Output(64)}, (2,), (32,), {2: 3 * x + bias}, options)


@feature("arguments")
def add_no_bias() -> Case:
    x = whole(64)
    options = {"function_constants": {0: False, 1: np.float32(3)}}
    return Case("add_bias", {0: x, 2: Output(64)}, (2,), (32,), {2: 3 * x}, options)


@feature("arguments")
def affine() -> Case:
    x = whole(40).reshape(20, 2)
    turn, shift = np.array([[0, -1], [2, 1]], np.float32), np.array([5, -3], np.float32)
    packed = turn.tobytes() + shift.tobytes() + np.uint32(20).tobytes()
    return Case("affine", {0: x, 1: Output((20, 2)), 2: packed}, (1,), (32,), {1: x @ turn.T + shift})


@feature("arguments")
def normalise() -> Case:
    x = whole(120, low=1).reshape(40, 3)
    wanted = x / np.linalg.norm(x, axis=1, keepdims=True)
    options = {"grid_is_threads": True}
    return Case("normalise", {0: x, 1: Output((40, 3))}, (40,), (32,), {1: wanted}, options, 1e-5)


@feature("arguments")
def add_vectors() -> Case:
    x = whole(103)
    wanted = 2 * x
    wanted[:100] = (x[:100].reshape(25, 4) + x[:100].reshape(25, 4)[:, ::-1]).reshape(-1)
    return Case("add_vectors", {0: x, 1: Output(103), 2: np.uint32(103)}, (1,), (32,), {1: wanted})


@feature("arguments")
def narrow() -> Case:
    x = whole(96, np.int16, -300, 300)
    arguments = {0: x, 1: Output(96, np.int8), 2: Output(96, np.uint16)}
    return Case("narrow", arguments, (3,), (32,), {1: np.clip(x, -128, 127), 2: x.astype(np.int32) + 32768})


@feature("arguments")
def square_bfloat() -> Case:
    x = BFloat16.from_float(whole(64))
    wanted = BFloat16.from_float(x.to_float() ** 2).bits
    return Case("square_bfloat", {0: x, 1: Output(64, "bfloat16")}, (2,), (32,), {1: wanted})


@feature("arguments")
def square_half() -> Case:
    x = whole(64, np.float16)
    return Case("square_half", {0: x, 1: Output(64, np.float16)}, (2,), (32,), {1: x * x})


@feature("arguments")
def ragged_sizes() -> Case:
    wanted = np.full((7, 13), 8 * 4)
    wanted[:, 8:], wanted[4:, :], wanted[4:, 8:] = 5 * 4, 8 * 3, 5 * 3
    arguments = {0: Output((7, 13), np.uint32), 1: np.uint32(13)}
    return Case("ragged_sizes", arguments, (13, 7), (8, 4), {0: wanted + 32000}, {"grid_is_threads": True})


@feature("arguments")
def ragged_sum() -> Case:
    x = whole(100)
    wanted = np.add.reduceat(x, [0, 48, 96])
    return Case("ragged_sum", {0: x, 1: Output(3)}, (100,), (48,), {1: wanted}, {"grid_is_threads": True})


@feature("arguments")
def permute() -> Case:
    x = whole(3 * 5 * 7).reshape(3, 5, 7)
    options = {"grid_is_threads": True}
    return Case(
        "permute", {0: x, 1: Output((7, 3, 5))}, (7, 5, 3), (4, 2, 2), {1: x.transpose(2, 0, 1)}, options
    )


@feature("arguments")
def grid_stride() -> Case:
    x = whole(300)
    return Case("grid_stride", {0: x, 1: Output(300), 2: np.uint32(300)}, (2,), (64,), {1: 2 * x + 1})


@feature("arguments")
def shift_right() -> Case:
    x = whole(100)
    wanted = np.roll(x, 1)
    wanted[[0, 64]] = -1
    return Case("shift_right", {0: x, 1: Output(100), 2: np.uint32(100)}, (2,), (64,), {1: wanted})


@feature("arguments")
def gather() -> Case:
    rows, indices = whole(6 * 8, np.float16).reshape(6, 8), np.array([5, 0, 5, 3, 1], np.int32)
    arguments = {0: rows, 1: indices, 2: Output((5, 8), np.float16), 3: np.uint32(8)}
    return Case("gather", arguments, (8, 5), (8, 1), {2: rows[indices]}, {"grid_is_threads": True})


@feature("arguments")
def scatter() -> Case:
    x, order = whole(64, np.int32), np.random.default_rng(0).permutation(64).astype(np.int32)
    wanted = np.zeros(64)
    wanted[order] = x
    return Case("scatter", {0: x, 1: order, 2: Output(64, np.int32)}, (2,), (32,), {2: wanted})


@feature("arguments")
def accumulate() -> Case:
    x, before = whole(128), whole(32)
    return Case("accumulate", {0: x, 1: Output(before)}, (1,), (32,), {1: before + x.reshape(32, 4).sum(1)})


@feature("structures")
def components() -> Case:
    x = whole(64)
    arguments = {0: x, 1: Output((64, 4)), 2: Output(64)}
    return Case("components", arguments, (2,), (32,), {2: 2 * x})
