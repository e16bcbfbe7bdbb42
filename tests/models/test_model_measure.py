"""The measurement itself: gaps one can work out by hand, and wrong answers counted as wrong."""

from __future__ import annotations

import numpy as np
import pytest

from models.measure import answer_gaps, measure
from models.questions import Question


class LetterTokenizer:
    """One id per letter (a = 1, b = 2, ...); 0 ends the turn."""

    eos_token_id = 0

    def encode(self, text: str, add_special_tokens: bool) -> list[int]:
        return [ord(letter) - ord("a") + 1 for letter in text]

    def apply_chat_template(self, messages: list[dict[str, str]], **options: bool) -> str:
        return messages[0]["content"]


QUESTIONS = [Question("letters", "ab", "cd"), Question("letters", "ba", "dc")]


def test_gap_is_right_minus_best_other() -> None:
    """Rows before the last prompt token do not count; the others give right minus best other."""
    logits = np.array([[9, 0, 0], [1, 5, 2], [4, 0, 7]], dtype=np.float32)
    assert answer_gaps(logits, 2, [1, 0]).tolist() == [3.0, -3.0]


def knows(answers: dict[tuple[int, ...], list[int]]):
    """Return a model that scores the next token of a known answer at 4, and all others at 0."""

    def logits_of(ids: list[int]) -> np.ndarray:
        logits = np.zeros((len(ids), 6), dtype=np.float32)
        for place in range(1, len(ids)):
            answer = answers[tuple(ids[:2])]
            logits[place, answer[place - 1]] = 4.0
        return logits

    return logits_of


def test_counts_right_answers() -> None:
    """A model that knows both answers has both right with a gap of 4."""
    figures = measure(knows({(1, 2): [3, 4, 0], (2, 1): [4, 3, 0]}), LetterTokenizer(), QUESTIONS)
    assert (figures.right, figures.share_right, figures.smallest_gap) == (2, 1.0, 4.0)


def test_an_answer_that_does_not_end_is_wrong() -> None:
    """The end of the turn is part of the answer: going on costs the question, and names it."""
    figures = measure(knows({(1, 2): [3, 4, 5], (2, 1): [4, 3, 0]}), LetterTokenizer(), QUESTIONS)
    assert (figures.right, figures.share_right, figures.smallest_gap) == (1, 0.5, -4.0)
    assert figures.smallest_gap_at == "ab"


def test_refuses_nan() -> None:
    """A NaN is an error and never a figure."""
    with pytest.raises(ValueError, match="logits for 'ab' are not finite"):
        measure(lambda ids: np.full((len(ids), 6), np.nan), LetterTokenizer(), QUESTIONS)
