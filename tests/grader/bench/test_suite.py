"""The benchmark's loop on contenders without processes: turns, limits, losses, interruptions, and what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from made_up_bench import RESULT

from grader.bench.contenders import Lost, Ready
from grader.bench.shapes import MODELS, OPS, Shape, attention, matmul, shapes
from grader.bench.suite import Limits, Suite
from grader.bench_result import BenchResult

START = replace(RESULT, shapes=(), order=(), complete=True)
SHAPE = matmul(MODELS["0.5b"], "gate and up", 1)
LARGE = matmul(MODELS["0.5b"], "gate and up", 512)


class Scripted:
    """A contender whose calls take what a table says, in seconds per FLOP of the shape."""

    most_calls = 64

    def __init__(self, rates: dict[str, float], errors: dict[str, float | str] | None = None) -> None:
        self.rates, self.errors = rates, errors or {}
        self.log: list[str] = []
        self.copies: list[int] = []
        self.pinned = 0
        self.lost_after: int | None = None

    def names(self, op: str) -> tuple[str, ...]:
        return tuple(self.rates)

    def about(self) -> dict[str, str]:
        return {}

    def prepare(self, shape: Shape, seed: int, copies: int, names: Sequence[str]) -> Ready:
        self.flops = shape.flops
        self.copies.append(copies)
        return {name: self.errors.get(name, 0.001) for name in names}

    def time(self, name: str, calls: int) -> float:
        self.log.append(name)
        if self.lost_after is not None and len(self.log) > self.lost_after:
            raise Lost("the process of x was ended by signal 11")
        return self.flops / self.rates[name]

    def pin(self, threads: int) -> None:
        self.pinned += 1

    def close(self) -> None: ...


def run(*contenders: Scripted, limits: Limits | None = None, of: Sequence[Shape] = (SHAPE,)) -> BenchResult:
    return Suite(contenders, 2, limits or Limits(rounds=6)).run(of, START)


def bars(result: BenchResult, shape: int = 0) -> dict[str, float | None]:
    return {s.name: s.bar and s.bar.median_s for s in result.shapes[shape].series}


def reasons(result: BenchResult, shape: int = 0) -> dict[str, str]:
    return {s.name: s.reason for s in result.shapes[shape].series if s.reason}


def test_everybody_is_timed_once_a_round_and_the_order_is_kept():
    """Six rounds give six samples each; every round holds each name once, and not always in the same order."""
    first, second = Scripted({"yours": 1e9}), Scripted({"mlx": 1e8, "torch": 1e10})
    result = run(first, second)
    assert result.complete
    assert [len(s.samples_s) for s in result.shapes[0].series] == [6, 6, 6]
    rounds = [[name for _, turn, name in result.order if turn == i] for i in range(6)]
    assert all(sorted(names) == ["mlx", "torch", "yours"] for names in rounds)
    assert len({tuple(names) for names in rounds}) > 1
    assert first.pinned == 1
    assert second.pinned == 2


def test_the_median_is_that_of_the_samples():
    """A call of 1 GFLOP/s takes the shape's FLOP over that."""
    assert bars(run(Scripted({"yours": 1e9}))) == {"yours": pytest.approx(SHAPE.flops / 1e9)}


def test_who_is_too_slow_is_left_out_with_the_time():
    """The first call tells; a larger shape is then not even begun."""
    slow = Scripted({"mlx": SHAPE.flops / 3.0})
    result = run(slow, of=(SHAPE, LARGE))
    assert bars(result) == {"mlx": None}
    assert reasons(result) == {"mlx": "left out: a call takes 3 s"}
    assert reasons(result, 1) == {"mlx": "left out: a call would take about 1.5e+03 s"}
    assert slow.log == ["mlx"]


def test_slow_ones_get_fewer_rounds_but_enough_for_an_interval():
    """A call of a second within a budget of four takes five samples, a fast one all of them."""
    result = run(Scripted({"mlx": SHAPE.flops / 1.0, "torch": 1e12}), limits=Limits(rounds=20))
    assert [len(s.samples_s) for s in result.shapes[0].series] == [5, 20]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (0.3, "the result is wrong: off by 0.3 of its norm"),
        (float("inf"), "the result is wrong: off by inf of its norm"),
        (float("nan"), "the result is wrong: off by nan of its norm"),
        ("NotImplementedError: task 2.2", "NotImplementedError: task 2.2"),
    ],
)
def test_a_wrong_result_is_not_timed(error, reason):
    """Whoever computes something else is left out; the others are not."""
    result = run(Scripted({"yours": 1e9}, {"yours": error}), Scripted({"mlx": 1e9}))
    assert reasons(result) == {"yours": reason}
    assert bars(result)["mlx"] is not None


def test_a_lost_process_costs_its_own_figures_only():
    """Everybody of that process is out, from then on; the others go on."""
    lost, other = Scripted({"rung 1": 1e12, "rung 2": 1e12}), Scripted({"mlx": 1e12})
    lost.lost_after = 7
    result = run(lost, other, of=(SHAPE, LARGE))
    assert set(reasons(result)) == {"rung 1", "rung 2"}
    assert set(reasons(result).values()) == {"the process of x was ended by signal 11"}
    assert bars(result, 1) == {"mlx": pytest.approx(LARGE.flops / 1e12)}


def test_an_interruption_keeps_what_was_measured():
    """The listener has the finished shape, and the one under way as far as it came; the run is not complete."""
    told: list[tuple[BenchResult, int, int]] = []

    class Stop(BaseException):
        pass

    class Stopping(Scripted):
        def time(self, name: str, calls: int) -> float:
            if len(self.log) > 14:
                raise Stop
            return super().time(name, calls)

    suite = Suite([Stopping({"yours": 1e12})], 1, Limits(rounds=8), lambda *found: told.append(found))
    with pytest.raises(Stop):
        suite.run((SHAPE, LARGE, SHAPE), START)
    result, done, total = told[-1]
    assert (done, total, result.complete) == (1, 3, False)
    assert [len(s.series[0].samples_s) for s in result.shapes] == [8, 3]
    assert reasons(result, 1) == {"yours": "interrupted before five rounds"}


def test_decoding_reads_from_memory_unless_told_otherwise():
    """With one row there are so many weights that the caches do not hold them; with many rows there are two."""
    cold, warm = Scripted({"yours": 1e12}), Scripted({"yours": 1e12})
    suite = Suite([cold], 1, Limits(rounds=5))
    suite._cache_bytes = 32 << 20
    suite.run((SHAPE, LARGE), START)
    assert cold.copies[0] * SHAPE.weight_bytes >= 2 * 32 << 20
    assert cold.copies[1] == 2
    run(warm, limits=Limits(rounds=5, cold=False))
    assert warm.copies == [2]


def test_the_work_of_a_shape_is_what_one_counts_by_hand():
    """Products: 2 M K N, weights of half a byte and a scale and a bias per 64; causal attention: half the square."""
    assert SHAPE.flops == 2 * 896 * 4864
    assert SHAPE.moved_bytes == 896 * 4864 / 2 + 2 * 2 * 896 * 4864 / 64 + 2 * (896 + 4864)
    decode, prefill = attention(MODELS["7b"], 1, 512), attention(MODELS["7b"], 512, 512)
    assert decode.flops == 4 * 28 * 128 * 512
    assert prefill.flops == 4 * 28 * 128 * (512 * 513 / 2)
    assert decode.moved_bytes == 2 * (2 * 4 * 512 * 128 + 2 * 28 * 128)


def test_shapes_cover_what_is_asked_for():
    """All models with all linear layers in decoding and prefill, and attention from 128 to 4096; no shape twice."""
    found = shapes(OPS, tuple(MODELS), False, "bfloat16")
    assert len(found) == 3 * (4 * 4 + 2 * 5) == len({(s.group, s.label) for s in found})
    assert {s.rows for s in found if s.op == "quantized_matmul"} == {1, 32, 128, 512}
    assert {s.length for s in found if s.op == "flash_attention"} == {128, 512, 1024, 2048, 4096}
    assert len(shapes(OPS, ("0.5b",), True, "float32")) == 7
