"""`sampler.make_sampler`: supports, frequencies, rows and inputs.

The grader chooses the log-probabilities and knows the exact distribution that the sampler has to follow. Frequencies
are judged with Pearson's chi-square at a false-alarm probability below 1e-9 for each test, so that a right sampler is
never failed by chance; the number of draws is such that every known mistake is far outside.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
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


@dataclass(frozen=True)
class Setting:
    """Arguments of `make_sampler`."""

    temp: float
    top_p: float | None = None
    top_k: int | None = None

    def __str__(self) -> str:
        return f"make_sampler(temp={self.temp}, top_p={self.top_p}, top_k={self.top_k})"


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


def _counts(bench: Bench, setting: Setting, probabilities: Distribution, draws: int = DRAWS) -> Distribution:
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


def tempered(p: Distribution, temp: float) -> Distribution:
    """Return `softmax(log p / temp)`."""
    q = np.exp(np.log(p) / temp)
    return np.asarray(q / q.sum())


def keep(p: Distribution, kept: npt.NDArray[np.intp]) -> Distribution:
    """Return `p` restricted to the tokens in `kept` and normalised again."""
    q = np.zeros_like(p)
    q[kept] = p[kept]
    return np.asarray(q / q.sum())


def top_k(p: Distribution, k: int) -> Distribution:
    """Return the k most likely tokens, normalised."""
    return keep(p, np.argsort(-p)[:k])


def nuclei(p: Distribution, threshold: float) -> tuple[Distribution, ...]:
    """Return the nucleus with and without the token that crosses the threshold; both are right."""
    order = np.argsort(-p)
    total = np.cumsum(p[order])
    with_crossing = int(np.searchsorted(total, threshold)) + 1
    return keep(p, order[:with_crossing]), keep(p, order[: max(1, with_crossing - 1)])


def shuffled(bench: Bench, public: bool, values: tuple[float, ...], index: int = 1) -> Distribution:
    """Return the probabilities `values` in an order drawn by the case's generator."""
    p = np.array(values)
    return np.asarray(bench.generator(public, index).permutation(p / p.sum()))


def _sides(bench: Bench) -> Iterator[bool]:
    """Yield whether the numbers are public: first they are, then, if hidden cases count, they are not."""
    for public in (True, False) if bench.include_hidden else (True,):
        bench.public = public
        yield public


def _judge(
    bench: Bench,
    setting: Setting,
    counts: Distribution,
    right: tuple[Distribution, ...],
    wrong: dict[str, Distribution],
    expected: str,
) -> None:
    if any(fits(counts, r) for r in right):
        bench.done()
        return
    explained = [
        (_likelihood(counts, w), hint)
        for hint, w in wrong.items()
        if fits(counts, w) and not any(np.allclose(w, r) for r in right)
    ]
    outside = counts[np.sum(right, axis=0) == 0].sum()
    got = f"{int(counts.sum())} draws"
    if outside:
        got += f", {int(outside)} of them a token that has to be cut"
    else:
        got += " whose frequencies are not those of the distribution"
    hint = f"{max(explained)[1]} (reproduces your frequencies)" if explained else ""
    bench.fail("wrong-distribution", expected, got, hint, called=f"sampler.{setting}, V = {len(counts)}")


def _likelihood(counts: Distribution, p: Distribution) -> float:
    """Return the log-likelihood of `counts` under `p`: of several mistakes that fit, the best one is told."""
    seen = counts > 0
    with np.errstate(divide="ignore"):
        return float((counts[seen] * np.log(p[seen])).sum())


SPREAD = (0.30, 0.24, 0.17, 0.12, 0.08, 0.05, 0.03, 0.01)
STEEP = (0.44, 0.18, 0.13, 0.08, 0.06, 0.05, 0.04, 0.02)  # far from uniform within the three most likely, too


def greedy(bench: Bench) -> None:
    """`temp=0` takes the most likely token, every time."""
    for public in _sides(bench):
        for index in range(1, 4):
            p = shuffled(bench, public, SPREAD, index)
            sampler = _make(bench, Setting(0))
            for token in _draw(bench, sampler, _logprobs(p), 4):
                if token == int(p.argmax()):
                    continue
                least = (
                    "the least likely token was taken (reproduces your numbers)"
                    if token == int(p.argmin())
                    else ""
                )
                bench.fail("wrong-token", "the most likely token", "another token", least)
            bench.done()


def temperature(bench: Bench) -> None:
    """Tokens are drawn from softmax(logprobs / temp)."""
    for public in _sides(bench):
        for temp in (1.0, 0.5):
            p = shuffled(bench, public, SPREAD, int(temp * 10))
            setting = Setting(temp)
            one_hot = keep(p, np.argsort(-p)[:1])
            wrong = {
                "the temperature is ignored; divide the log-probabilities by temp": p,
                "the log-probabilities were multiplied with temp; divide by it": tempered(p, 1 / temp),
                "always the most likely token was taken; draw from the distribution": one_hot,
                # probabilities in place of their logarithms are so close to uniform that draws cannot tell
                "tokens were drawn (nearly) uniformly; mx.random.categorical takes log-probabilities": np.full(
                    8, 1 / 8
                ),
            }
            _judge(
                bench,
                setting,
                _counts(bench, setting, p),
                (tempered(p, temp),),
                wrong,
                "draws from softmax(logprobs / temp)",
            )


def cuts_top_k(bench: Bench) -> None:
    """`top_k=k` draws from the k most likely tokens only, in their old proportions."""
    for public in _sides(bench):
        for k in (1, 3):
            p = shuffled(bench, public, STEEP, k)
            setting = Setting(1.0, None, k)
            wrong = {
                "top_k is ignored": p,
                "the k least likely tokens were kept; sort in descending order": keep(p, np.argsort(p)[:k]),
                "one token too many was kept": top_k(p, k + 1),
                "the k most likely tokens were drawn uniformly": keep(np.full(8, 1 / 8), np.argsort(-p)[:k]),
            }
            if k > 1:
                wrong["one token too few was kept"] = top_k(p, k - 1)
            _judge(
                bench,
                setting,
                _counts(bench, setting, p, 600),
                (top_k(p, k),),
                wrong,
                f"draws from the {k} most likely tokens",
            )


def cuts_top_p(bench: Bench) -> None:
    """`top_p=p` draws from the smallest set of likely tokens that reaches p; the one that crosses it may go or stay."""
    for public in _sides(bench):
        for threshold in (0.4, 0.9):
            p = shuffled(bench, public, SPREAD, int(threshold * 10))
            setting = Setting(1.0, threshold)
            ascending = np.argsort(p)
            low = ascending[np.cumsum(p[ascending]) <= threshold]
            high = ascending[np.cumsum(p[ascending]) > threshold]
            wrong = {
                "top_p is ignored, or the sum ran over log-probabilities; sum probabilities": p,
                "the tokens were sorted in ascending order: the unlikely ones were kept": keep(p, low),
                "only the most likely token was ever kept": keep(p, np.argsort(-p)[:1]),
            }
            if len(high) > 1:
                wrong["the ascending sum was compared with top_p; compare it with 1 - top_p"] = keep(p, high)
            _judge(
                bench,
                setting,
                _counts(bench, setting, p),
                nuclei(p, threshold),
                wrong,
                f"draws from the nucleus of {threshold}",
            )


def keeps_one(bench: Bench) -> None:
    """A tiny `top_p` still leaves the most likely token."""
    for public in _sides(bench):
        p = shuffled(bench, public, SPREAD, 5)
        setting = Setting(1.0, 0.05)
        one = keep(p, np.argsort(-p)[:1])
        wrong = {"the cut is not made, or left no token, so the draw was from all of them": p}
        _judge(
            bench, setting, _counts(bench, setting, p, 60), (one,), wrong, "the most likely token, every time"
        )


def both_cuts(bench: Bench) -> None:
    """With both, top_k cuts first and top_p sums what is left, normalised again."""
    for public in _sides(bench):
        # the three most likely sum to 0.6: 0.65 of what top_k left cuts the third one, 0.65 of everything none
        p = shuffled(bench, public, (0.30, 0.20, 0.10, 0.09, 0.09, 0.08, 0.07, 0.07), 1)
        setting = Setting(1.0, 0.65, 3)
        hint = "after top_k the probabilities are not normalised again, so top_p cuts nothing"
        wrong = {hint: top_k(p, 3), "top_k is ignored": nuclei(p, 0.65)[0], "both are ignored": p}
        right = nuclei(top_k(p, 3), 0.65)
        _judge(
            bench,
            setting,
            _counts(bench, setting, p, DRAWS),
            right,
            wrong,
            "draws from the nucleus of the three most likely",
        )


def rows(bench: Bench) -> None:
    """Every row of `logprobs [B, V]` gets a token of its own: greedy, with top_k and with top_p."""
    settings = (Setting(0), Setting(1.0, None, 2), Setting(1.0, 0.6, None))
    for setting in settings:
        for public in _sides(bench):
            table = np.stack([shuffled(bench, public, SPREAD, i) for i in range(1, 6)])
            _rows(bench, setting, table)
            bench.done()


def _rows(bench: Bench, setting: Setting, table: Distribution) -> None:
    sampler = _make(bench, setting)
    bench.called = f"sampler.{setting}(logprobs float32[{table.shape[0]}, {table.shape[1]}])"
    allowed = [_allowed(setting, row) for row in table]
    for _ in range(12):
        value = bench.call(sampler, make(np.log(table), "float32")).value
        shape = f"integer token ids [{len(table)}], one per row"
        if not isinstance(value, Array) or not value.dtype.startswith(("int", "uint")):
            bench.fail("wrong-type", shape, repr(value))
        if math.prod(value.shape) != len(table):
            bench.fail("wrong-shape", shape, f"{value.dtype}{list(value.shape)}")
        ids = [int(i) for i in numbers(value).reshape(-1)]
        bad = [i for i, (token, kept) in enumerate(zip(ids, allowed, strict=True)) if token not in kept]
        if bad:
            bench.fail(
                "wrong-token", "every row's token is one that its own row allows", f"not so in row {bad[0]}"
            )


def _allowed(setting: Setting, p: Distribution) -> set[int]:
    if setting.temp == 0:
        return {int(p.argmax())}
    kept = top_k(p, setting.top_k) if setting.top_k else nuclei(p, setting.top_p or 1.0)[0]
    return {int(i) for i in np.flatnonzero(kept)}


def leaves_input(bench: Bench) -> None:
    """The caller's log-probabilities are the same after sampling."""
    for setting in (Setting(0.7), Setting(1.0, None, 3), Setting(1.0, 0.7), Setting(0)):
        p = shuffled(bench, True, SPREAD, 1)
        sampler, logprobs = _make(bench, setting), _logprobs(p)
        reply = bench.call(sampler, logprobs, echo=True)
        after: Any = reply.args[0] if reply.args else None
        if after != logprobs:
            bench.fail("changed-input", "logprobs are the same after the call", "they were changed in place")
        bench.done()
