"""`sampler.make_sampler`: supports, frequencies, rows and inputs.

The grader chooses the log-probabilities and knows the exact distribution that the sampler has to follow; how draws are
judged stands in `frequencies`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from grader.course.scenarios import frequencies
from grader.course.scenarios.frequencies import Distribution, Draws, Play, Rows, Setting, fits, follow

if TYPE_CHECKING:
    from grader.run.bench import Bench


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


SPREAD = (0.30, 0.24, 0.17, 0.12, 0.08, 0.05, 0.03, 0.01)
STEEP = (0.44, 0.18, 0.13, 0.08, 0.06, 0.05, 0.04, 0.02)  # far from uniform within the three most likely, too


def _temperature(bench: Bench, public: bool) -> Iterator[Draws]:
    for temp in (1.0, 0.5):
        p = shuffled(bench, public, SPREAD, int(temp * 10))
        wrong = {
            "the temperature is ignored; divide the log-probabilities by temp": p,
            "the log-probabilities were multiplied with temp; divide by it": tempered(p, 1 / temp),
            "always the most likely token was taken; draw from the distribution": keep(p, np.argsort(-p)[:1]),
            # probabilities in place of their logarithms are so close to uniform that draws cannot tell
            "tokens were drawn (nearly) uniformly; mx.random.categorical takes log-probabilities": np.full(
                8, 1 / 8
            ),
        }
        right = (tempered(p, temp),)
        yield Draws(Setting(temp), p, right, wrong, "draws from softmax(logprobs / temp)")


def _top_k(bench: Bench, public: bool) -> Iterator[Draws]:
    for k in (1, 3):
        p = shuffled(bench, public, STEEP, k)
        wrong = {
            "top_k is ignored": p,
            "the k least likely tokens were kept; sort in descending order": keep(p, np.argsort(p)[:k]),
            "one token too many was kept": top_k(p, k + 1),
            "the k most likely tokens were drawn uniformly": keep(np.full(8, 1 / 8), np.argsort(-p)[:k]),
        }
        if k > 1:
            wrong["one token too few was kept"] = top_k(p, k - 1)
        expected = f"draws from the {k} most likely tokens"
        yield Draws(Setting(1.0, None, k), p, (top_k(p, k),), wrong, expected, 600)


def _top_p(bench: Bench, public: bool) -> Iterator[Draws]:
    for threshold in (0.4, 0.9):
        p = shuffled(bench, public, SPREAD, int(threshold * 10))
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
        expected = f"draws from the nucleus of {threshold}"
        yield Draws(Setting(1.0, threshold), p, nuclei(p, threshold), wrong, expected)


def _keeps_one(bench: Bench, public: bool) -> Iterator[Draws]:
    p = shuffled(bench, public, SPREAD, 5)
    wrong = {"the cut is not made, or left no token, so the draw was from all of them": p}
    right = (keep(p, np.argsort(-p)[:1]),)
    yield Draws(Setting(1.0, 0.05), p, right, wrong, "the most likely token, every time", 60)


def _both_cuts(bench: Bench, public: bool) -> Iterator[Draws]:
    # the three most likely sum to 0.6: 0.65 of what top_k left cuts the third one, 0.65 of everything none
    p = shuffled(bench, public, (0.30, 0.20, 0.10, 0.09, 0.09, 0.08, 0.07, 0.07), 1)
    hint = "after top_k the probabilities are not normalised again, so top_p cuts nothing"
    wrong = {hint: top_k(p, 3), "top_k is ignored": nuclei(p, 0.65)[0], "both are ignored": p}
    right = nuclei(top_k(p, 3), 0.65)
    yield Draws(Setting(1.0, 0.65, 3), p, right, wrong, "draws from the nucleus of the three most likely")


def _rows(bench: Bench, public: bool) -> Iterator[Rows]:
    for setting in (Setting(0), Setting(1.0, None, 2), Setting(1.0, 0.6, None)):
        table = np.stack([shuffled(bench, public, SPREAD, i) for i in range(1, 6)])
        yield Rows(setting, table, tuple(_allowed(setting, row) for row in table))


def _allowed(setting: Setting, p: Distribution) -> tuple[int, ...]:
    if setting.temp == 0:
        return (int(p.argmax()),)
    kept = top_k(p, setting.top_k) if setting.top_k else nuclei(p, setting.top_p or 1.0)[0]
    return tuple(int(i) for i in np.flatnonzero(kept))


PLAYS: dict[str, Callable[[Bench, bool], Iterator[Play]]] = {
    "temperature": _temperature,
    "cuts_top_k": _top_k,
    "cuts_top_p": _top_p,
    "keeps_one": _keeps_one,
    "both_cuts": _both_cuts,
    "rows": _rows,
}
"""By the name of the scenario: what is drawn, and what is right."""


def _follow(bench: Bench, name: str) -> None:
    for public in _sides(bench):
        for play in PLAYS[name](bench, public):
            follow(bench, play)


def greedy(bench: Bench) -> None:
    """`temp=0` takes the most likely token, every time."""
    for public in _sides(bench):
        for index in range(1, 4):
            frequencies.greedy(bench, shuffled(bench, public, SPREAD, index))


def temperature(bench: Bench) -> None:
    """Tokens are drawn from softmax(logprobs / temp)."""
    _follow(bench, "temperature")


def cuts_top_k(bench: Bench) -> None:
    """`top_k=k` draws from the k most likely tokens only, in their old proportions."""
    _follow(bench, "cuts_top_k")


def cuts_top_p(bench: Bench) -> None:
    """`top_p=p` draws from the smallest set of likely tokens that reaches p; the one that crosses it may go or stay."""
    _follow(bench, "cuts_top_p")


def keeps_one(bench: Bench) -> None:
    """A tiny `top_p` still leaves the most likely token."""
    _follow(bench, "keeps_one")


def both_cuts(bench: Bench) -> None:
    """With both, top_k cuts first and top_p sums what is left, normalised again."""
    _follow(bench, "both_cuts")


def rows(bench: Bench) -> None:
    """Every row of `logprobs [B, V]` gets a token of its own: greedy, with top_k and with top_p."""
    _follow(bench, "rows")


def leaves_input(bench: Bench) -> None:
    """The caller's log-probabilities are the same after sampling."""
    settings = (Setting(0.7), Setting(1.0, None, 3), Setting(1.0, 0.7), Setting(0))
    frequencies.leaves_input(bench, settings, shuffled(bench, True, SPREAD, 1))


__all__ = ["PLAYS", "fits", "keep", "nuclei", "shuffled", "tempered", "top_k"]
