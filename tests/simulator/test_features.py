"""Right kernels run silently in check mode, in both orders, and give the right numbers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator import feature_cases_lanes, feature_cases_vectors, reference_cases  # noqa: F401  (they add cases)
from tests.simulator.feature_cases import CASES, FEATURES, checked

SETTINGS: tuple[dict[str, Any], ...] = (
    {"order": "forward", "sample": 0},
    {"order": "reversed", "sample": 0},
    {"order": "forward", "poison": True, "sample": 1},
)


@pytest.mark.parametrize("name", CASES)
def test_right_kernel_is_silent_and_right(name: str) -> None:
    """No diagnostic at all, forward, reversed and with every access counted, and the expected numbers each time."""
    file, make = CASES[name]
    for settings in SETTINGS:
        case = make()
        result = case.run(checked(file), **settings)
        assert [diagnostic.sentence for diagnostic in result.diagnostics] == []
        assert case.is_right(result), result.outputs
        assert not result.fatal


def test_every_kernel_is_launched() -> None:
    """The files hold no kernel that no case runs, and there are at least 24."""
    for path in FEATURES.glob("*.metal"):
        launched = {make().kernel for file, make in CASES.values() if file == path.stem}
        assert set(checked(path.stem).kernels) == launched
    assert len({(file, make().kernel) for file, make in CASES.values()}) >= 24
