"""Text from a submission is harmless to a terminal and bounded."""

from __future__ import annotations

import pytest

from grader.worker.faults import Fault, clean


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain ünïcode 🙂\n\tline", "plain ünïcode 🙂\n\tline"),
        ("\x1b[31mred\x1b]0;title\x07", "\\x1b[31mred\\x1b]0;title\\x07"),
        ("a\rb\x00c\x7f\x9b", "a\\x0db\\x00c\\x7f\\x9b"),
        ("\u202eevil\u2066\u200b\ufeff", "\\u202eevil\\u2066\\u200b\\ufeff"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("\ud800 \ue000 \U000e0041", "\\ud800 \\ue000 \\U000e0041"),
        (b"bytes", "?"),
        (None, "?"),
    ],
)
def test_invisible_characters_become_escapes(text: object, expected: str) -> None:
    """What a terminal or a page could act on is shown, not sent."""
    assert clean(text) == expected


def test_length_is_capped_after_escaping() -> None:
    """Escapes count, so that a flood of control characters is no longer than a flood of letters."""
    assert clean("a" * 700) == "a" * 600 + "... (100 more characters)"
    assert clean("\x00" * 10, 9) == "\\x00\\x00... (8 more characters)"


def test_own_conversion_of_a_subclass_is_never_called() -> None:
    """A str subclass could run code; it is not looked at."""

    class Hostile(str):
        def isprintable(self) -> bool:
            raise AssertionError("called")

    assert clean(Hostile("x")) == "?"


def test_fault_reads_as_one_line() -> None:
    """The message of a fault names kind, exception and text."""
    assert str(Fault("ERROR", "no", "ValueError")) == "ERROR: ValueError: no"
    assert str(Fault("TIMEOUT", "late")) == "TIMEOUT: late"
