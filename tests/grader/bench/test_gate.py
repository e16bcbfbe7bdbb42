"""Speed verdicts on simulated clocks: error rates, contradictions, impossible times."""

from __future__ import annotations

import numpy as np
import pytest

from grader.bench.gate import Channels, Gate, Round, Sample, Speed, channel_ratio, decide, measure
from grader.bench.stats import Interval, drift, interval, ratios


class Clock:
    """A machine with noise: every call takes its time, sometimes with an interruption that only the wall sees."""

    def __init__(self, factor: float, seed: int, noise: float = 0.03, busy: float = 0.1, sleep: float = 0.0):
        self.rng = np.random.default_rng(seed)
        self.factor, self.noise, self.busy, self.sleep = factor, noise, busy, sleep
        self.renewed = 0

    def sample(self, seconds: float, sleep: float) -> Sample:
        cpu = seconds * float(np.exp(self.rng.normal(0, self.noise)))
        stolen = self.rng.exponential(seconds) if self.rng.random() < self.busy else 0.0
        wall = cpu + stolen + sleep
        return Sample(wall, cpu, wall, cpu)

    def one(self) -> Round:
        return Round(self.sample(1e-3 * self.factor, self.sleep), self.sample(1e-3, 0.0))

    def renew(self) -> None:
        self.renewed += 1


def verdicts(factor: float, threshold: float, trials: int = 60) -> list[Speed]:
    clocks = [Clock(factor, seed) for seed in range(trials)]
    return [measure(Gate(threshold), c.one, c.renew).verdict for c in clocks]


@pytest.mark.parametrize("factor", [1.0, 1.05])
def test_what_is_well_under_the_gate_is_never_failed(factor):
    assert set(verdicts(factor, 1.15)) == {Speed.PASS}


@pytest.mark.parametrize("factor", [1.25, 1.5, 3.0])
def test_what_is_well_above_the_gate_never_passes(factor):
    assert set(verdicts(factor, 1.15)) == {Speed.FAIL}


def test_what_lies_on_the_gate_is_said_to_be_inconclusive_rather_than_guessed():
    found = verdicts(1.15, 1.15)
    assert found.count(Speed.INCONCLUSIVE) > len(found) / 2


def test_waiting_is_not_hidden_by_a_small_cpu_time():
    clock = Clock(1.0, 1, sleep=5e-3)
    found = measure(Gate(1.15), clock.one, clock.renew)
    assert found.verdict is Speed.INCONCLUSIVE
    assert clock.renewed == 2
    assert "the calls wait" in found.reason


def test_two_threads_are_judged_by_the_wall_alone():
    half = Interval(0.6, 0.5, 0.7)
    double = Interval(1.9, 1.8, 2.0)
    found = Channels(wall=half, cpu=double, whole_wall=half, whole_cpu=double)
    assert decide(Gate(1.0, threads=2), found) is Speed.PASS
    assert decide(Gate(1.0, threads=1), found) is None


def test_a_time_that_the_machine_cannot_reach_is_invalid_and_no_pass():
    clock = Clock(1.0, 1)
    found = measure(Gate(2.0, fastest_s=2e-3), clock.one, clock.renew)
    assert found.verdict is Speed.INVALID


def test_what_an_empty_call_costs_is_taken_off_both():
    assert ratios([3.0], [2.0], idle=1.0) == [2.0]
    with pytest.raises(ValueError, match="not more than"):
        ratios([3.0], [1.0], idle=1.0)


def test_the_interval_of_a_median_covers_the_true_median_about_as_often_as_it_says():
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(200):
        found = interval(np.exp(rng.normal(0, 0.1, 30)))
        covered += found.low <= 1.0 <= found.high
    assert 0.90 <= covered / 200 <= 1.0


def test_the_same_samples_give_the_same_interval():
    samples = list(np.random.default_rng(1).normal(1, 0.1, 20))
    assert interval(samples) == interval(samples)


@pytest.mark.parametrize("bad", [[1.0] * 4, [1.0, 2.0, 3.0, 4.0, float("nan")]])
def test_an_interval_refuses_what_it_cannot_stand_for(bad):
    with pytest.raises(ValueError, match="sample"):
        interval(bad)


def test_drift_shows_a_machine_that_has_become_slower():
    assert drift([1.0] * 10 + [1.3] * 10) == pytest.approx(1.3)


def channels(wall: float, cpu: float, whole_wall: float, whole_cpu: float) -> Channels:
    return Channels(*(Interval(x, x - 0.05, x + 0.05) for x in (wall, cpu, whole_wall, whole_cpu)))


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ((1.0, 1.0, 1.0, 1.0), Speed.PASS),
        ((3.0, 3.0, 3.0, 3.0), Speed.FAIL),
        ((0.1, 0.1, 3.0, 3.0), Speed.FAIL),  # works before the call, or after it
        ((0.1, 3.0, 3.0, 3.0), Speed.FAIL),
        ((3.0, 1.0, 3.0, 1.0), None),  # waits
        ((1.0, 1.0, 1.3, 1.3), Speed.FAIL),  # a third of the work is done outside
        ((1.0, 1.0, 1.0, 1.24), None),
    ],
)
def test_work_counts_wherever_it_is_done(found, verdict):
    assert decide(Gate(1.1), channels(*found)) is verdict


def test_what_lies_far_from_the_gate_needs_few_rounds():
    for factor, verdict in ((0.3, Speed.PASS), (9.0, Speed.FAIL)):
        found = measure(Gate(1.15), Clock(factor, 5).one, lambda: None)
        assert (found.verdict, len(found.rounds), found.processes) == (verdict, 6, 1)


def test_a_verdict_near_the_gate_is_found_twice():
    clock = Clock(1.08, 3, noise=0.01, busy=0.0)
    found = measure(Gate(1.15), clock.one, clock.renew)
    assert (found.verdict, found.processes, clock.renewed) == (Speed.PASS, 2, 1)


class Biased(Clock):
    """A machine on which a pair of processes is unlucky: every other one is 20 % slower."""

    def renew(self) -> None:
        super().renew()
        self.factor = 1.3 if self.renewed % 2 else 1.09


def test_one_unlucky_pair_of_processes_decides_nothing():
    clock = Biased(1.09, 3, noise=0.01, busy=0.0)
    assert (
        measure(Gate(1.15, threads=1), clock.one, clock.renew).verdict is not Speed.PASS or clock.renewed == 2
    )


def test_a_slow_idle_conversation_takes_nothing_off():
    """Ours takes 2 ms with and without work: what is taken off is the reference's own 0.1 ms."""
    ours, theirs = Sample(2.0, 2.0, 2.0, 2.0), Sample(1.1, 1.1, 1.1, 1.1)
    slow_idle, idle = Sample(1.9, 1.9, 1.9, 1.9), Sample(0.1, 0.1, 0.1, 0.1)
    rounds = [Round(ours, theirs, slow_idle, idle)] * 6
    assert channel_ratio(rounds, "cpu_s").median == pytest.approx(1.9)


def test_times_shorter_than_an_idle_conversation_give_a_ratio_of_medians():
    theirs = [Sample(x, x, x, x) for x in (0.05, 0.3, 0.3, 0.3, 0.3, 0.3)]
    ours, idle = Sample(0.5, 0.5, 0.5, 0.5), Sample(0.1, 0.1, 0.1, 0.1)
    rounds = [Round(ours, t, idle, idle) for t in theirs]
    assert channel_ratio(rounds, "cpu_s").median == pytest.approx(2.0)
