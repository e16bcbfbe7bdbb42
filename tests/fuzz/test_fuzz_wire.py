"""The fuzzer reaches the decoder's depths, finds planted bugs, and finds none in the real decoder."""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import fuzz_wire

from grader.worker import wire

RUNS = 30_000
# rules that only an input of more than MAX_INPUT_BYTES could break
UNREACHED = {"more than N values", "header is nested too deeply"}


def test_short_run_finds_no_crash_and_most_of_the_decoder() -> None:
    """Some thousand inputs: no crash, every rule of the decoder broken at least once."""
    broken: set[str] = set()

    def decode(data: bytes) -> Any:
        try:
            return wire.decode(data)
        except wire.ProtocolError as error:
            broken.add(re.sub(r"\d+", "N", str(error)))
            raise

    report = fuzz_wire.fuzz(RUNS, seed=1, decode=decode)
    assert report.crashes == []
    assert report.inputs == RUNS
    assert report.accepted > RUNS // 20
    source = Path(wire.__file__).read_text(encoding="utf-8")
    rules = {
        re.sub(r"\{[^}]*\}|\d+", "N", text) for text in re.findall(r'ProtocolError\(\s*f?"([^"]*)"', source)
    }
    assert len(rules) > 20
    assert rules - broken <= UNREACHED


def decoder_without(rule: str) -> Any:
    """Return `decode` of a copy of the wire module in which the line with `rule` does nothing."""
    source = Path(wire.__file__).read_text(encoding="utf-8")
    assert source.count(rule) == 1, rule
    namespace: dict[str, Any] = {"__name__": "grader.worker.wire_mutant", "__package__": "grader.worker"}
    exec(compile(ast.parse(source.replace(rule, "if False:")), wire.__file__, "exec"), namespace)
    mutant_error, mutant_decode = namespace["ProtocolError"], namespace["decode"]
    assert mutant_error is wire.ProtocolError
    return mutant_decode


@pytest.mark.parametrize(
    "rule",
    [
        "if decode is None:",
        "if type(dtype) is not str or dtype not in ITEM_BYTES:",
        "if type(key) not in KEY_TYPES or key in result:",
        "if any(part is not None and type(part) is not int for part in parts):",
        "if type(body) is not str or body not in _NON_FINITE:",
    ],
)
def test_planted_bug_is_found(rule: str) -> None:
    """A decoder with one rule taken out crashes, or accepts what does not come back."""
    report = fuzz_wire.fuzz(40_000, seed=2, decode=decoder_without(rule))
    assert report.crashes


def test_memory_without_bound_is_found() -> None:
    """An input whose decoding costs far more than its size is a crash."""

    def greedy(data: bytes) -> Any:
        bytes(1 << 24)
        return wire.decode(data)

    what, _ = fuzz_wire.fuzz(100, decode=greedy).crashes[0]
    assert what == "more memory than the input's size allows"


def test_command_prints_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    """One line of JSON with the figures that the validation reads."""
    assert fuzz_wire.main(["-runs=300", "-seed=3"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["inputs"], figures["crashes"], figures["seed"]) == (300, 0, 3)
    assert 0 < figures["peak_allocation_bytes"] < 1 << 20
