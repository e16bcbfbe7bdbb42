"""`sampler.make_sampler`: public draws, and the distributions that were recorded as right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.course.scenarios import frequencies
from grader.course.scenarios.frequencies import Draws, Setting, follow
from grader.release.public_cases import public_cases

if TYPE_CHECKING:
    from grader.run.bench import Bench


def _follow(bench: Bench, name: str) -> None:
    for play in public_cases().plays(name):
        follow(bench, play)


def greedy(bench: Bench) -> None:
    """`temp=0` takes the most likely token, every time."""
    for play in public_cases().plays("greedy"):
        assert isinstance(play, Draws)
        frequencies.greedy(bench, play.probabilities)


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
    for play in public_cases().plays("greedy")[:1]:
        assert isinstance(play, Draws)
        frequencies.leaves_input(bench, settings, play.probabilities)
