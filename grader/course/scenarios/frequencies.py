"""Samplers judged by what they draw, against distributions that are given: supports, frequencies, rows.

Frequencies are judged with Pearson's chi-square at a false-alarm probability below 1e-9 for each test, so that a right
sampler is never failed by chance; the number of draws is such that every known mistake is far outside. Knows nothing
about which distribution is right.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from grader.course.arrays import make, numbers
from grader.worker.wire import Array, Handle

if TYPE_CHECKING:
    from grader.run.bench import Bench

TARGET = "sampler.make_sampler"
Distribution = npt.NDArray[np.float64]
DRAWS = 400
POOLED = 5.0  # outcomes expected less often are judged together: chi-square is wrong for them one by one
ROW_CALLS = 12
GREEDY_DRAWS = 4


@dataclass(frozen=True)
class Setting:
    """Arguments of `make_sampler`."""

    temp: float
    top_p: float | None = None
    top_k: int | None = None

    def __str__(self) -> str:
        return f"make_sampler(temp={self.temp}, top_p={self.top_p}, top_k={self.top_k})"


@dataclass(frozen=True)
class Draws:
    """Draws from one row of probabilities: the distributions that are right, and wrong ones by hint."""

    setting: Setting
    probabilities: Distribution
    right: tuple[Distribution, ...]
    wrong: Mapping[str, Distribution]
    expected: str
    count: int = DRAWS


@dataclass(frozen=True)
class Rows:
    """A table of probabilities `[B, V]`, and the tokens that each of its rows allows."""

    setting: Setting
    table: Distribution
    allowed: tuple[tuple[int, ...], ...]


Play = Draws | Rows


def _logprobs(probabilities: Distribution) -> Array:
    return make(np.log(probabilities)[None], "float32")


def _make(bench: Bench, setting: Setting) -> Handle:
    bench.called = f"sampler.{setting}(logprobs float32[1, V])"
    return bench.construct(TARGET, setting.temp, setting.top_p, setting.top_k)


def _draw(bench: Bench, sampler: Handle, logprobs: Array, draws: int) -> list[int]:
    """Return token ids; each reply has to be an integer array with one number per row."""
    return [_token(bench, value) for value in bench.call(sampler, logprobs, repeat=draws).value]


def _token(bench: Bench, value: object) -> int:
    if value is None:
        bench.fail("none", "token ids [1]", "None: the sampler returned nothing")
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, Array) or not value.dtype.startswith(("int", "uint")):
        bench.fail("wrong-type", "an integer array of token ids [1]", repr(value))
    if math.prod(value.shape) != 1:
        bench.fail("wrong-shape", "one token id per row: [1]", f"{value.dtype}{list(value.shape)}")
    return int(numbers(value).reshape(-1)[0])


def _counts(bench: Bench, setting: Setting, probabilities: Distribution, draws: int) -> Distribution:
    sampler, logprobs = _make(bench, setting), _logprobs(probabilities)
    counts = np.zeros(len(probabilities))
    for token in _draw(bench, sampler, logprobs, draws):
        if not 0 <= token < len(probabilities):
            bench.fail("out-of-range", f"token ids from 0 to {len(probabilities) - 1}", f"token id {token}")
        counts[token] += 1
    return counts


def fits(counts: Distribution, wanted: Distribution) -> bool:
    """Return whether `counts` may come from `wanted`: nothing outside its support, chi-square within 1e-9.

    The quantile is Wilson and Hilferty's approximation, with z = 7.0: a normal tail of 1e-12, which leaves room for
    the roughness of chi-square at small expected counts.
    """
    if counts[wanted == 0].any():
        return False
    expected = wanted * counts.sum()
    order = np.argsort(expected)
    few = order[np.cumsum(expected[order]) < POOLED]
    pooled = np.union1d(few, order[len(few) : len(few) + 1])  # at least POOLED together
    alone = np.setdiff1d(order, pooled)
    observed = np.append(counts[alone], counts[pooled].sum())
    hoped = np.append(expected[alone], expected[pooled].sum())
    statistic = float(((observed - hoped) ** 2 / hoped).sum())
    freedom = len(hoped) - 1
    if freedom == 0:
        return True
    limit = freedom * (1 - 2 / (9 * freedom) + 7.0 * math.sqrt(2 / (9 * freedom))) ** 3
    return statistic <= limit


def follow(bench: Bench, play: Play) -> None:
    """Let the submission's sampler draw, and judge what it drew.

    Raises:
        Failed: it is not right.
    """
    if isinstance(play, Rows):
        _rows(bench, play)
        bench.done()
    else:
        _judge(bench, play, _counts(bench, play.setting, play.probabilities, play.count))


def _judge(bench: Bench, play: Draws, counts: Distribution) -> None:
    if any(fits(counts, r) for r in play.right):
        bench.done()
        return
    explained = [
        (_likelihood(counts, w), hint)
        for hint, w in play.wrong.items()
        if fits(counts, w) and not any(np.allclose(w, r) for r in play.right)
    ]
    outside = counts[np.sum(play.right, axis=0) == 0].sum()
    got = f"{int(counts.sum())} draws"
    if outside:
        got += f", {int(outside)} of them a token that has to be cut"
    else:
        got += " whose frequencies are not those of the distribution"
    hint = f"{max(explained)[1]} (reproduces your frequencies)" if explained else ""
    called = f"sampler.{play.setting}, V = {len(counts)}"
    bench.fail("wrong-distribution", play.expected, got, hint, called=called)


def _likelihood(counts: Distribution, p: Distribution) -> float:
    """Return the log-likelihood of `counts` under `p`: of several mistakes that fit, the best one is told."""
    seen = counts > 0
    with np.errstate(divide="ignore"):
        return float((counts[seen] * np.log(p[seen])).sum())


def greedy(bench: Bench, p: Distribution) -> None:
    """Fail if a sampler with `temp=0` takes another token than the most likely one.

    Raises:
        Failed: it does.
    """
    sampler = _make(bench, Setting(0))
    for token in _draw(bench, sampler, _logprobs(p), GREEDY_DRAWS):
        if token == int(p.argmax()):
            continue
        is_least = token == int(p.argmin())
        least = "the least likely token was taken (reproduces your numbers)" if is_least else ""
        bench.fail("wrong-token", "the most likely token", "another token", least)
    bench.done()


def _rows(bench: Bench, play: Rows) -> None:
    setting, table = play.setting, play.table
    sampler = _make(bench, setting)
    bench.called = f"sampler.{setting}(logprobs float32[{table.shape[0]}, {table.shape[1]}])"
    for _ in range(ROW_CALLS):
        value = bench.call(sampler, make(np.log(table), "float32")).value
        shape = f"integer token ids [{len(table)}], one per row"
        if not isinstance(value, Array) or not value.dtype.startswith(("int", "uint")):
            bench.fail("wrong-type", shape, repr(value))
        if math.prod(value.shape) != len(table):
            bench.fail("wrong-shape", shape, f"{value.dtype}{list(value.shape)}")
        ids = [int(i) for i in numbers(value).reshape(-1)]
        bad = [i for i, (token, kept) in enumerate(zip(ids, play.allowed, strict=True)) if token not in kept]
        if bad:
            bench.fail(
                "wrong-token", "every row's token is one that its own row allows", f"not so in row {bad[0]}"
            )


def leaves_input(bench: Bench, settings: tuple[Setting, ...], p: Distribution) -> None:
    """Fail if a sampler changes the caller's log-probabilities.

    Raises:
        Failed: it does.
    """
    for setting in settings:
        sampler, logprobs = _make(bench, setting), _logprobs(p)
        reply = bench.call(sampler, logprobs, echo=True)
        after: Any = reply.args[0] if reply.args else None
        if after != logprobs:
            bench.fail("changed-input", "logprobs are the same after the call", "they were changed in place")
        bench.done()
