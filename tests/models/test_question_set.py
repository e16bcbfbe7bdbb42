"""The question set: large enough, free of doubles, and right where a program can tell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from models.questions import Question

OPERATIONS = {
    "plus": lambda a, b: a + b,
    "minus": lambda a, b: a - b,
    "times": lambda a, b: a * b,
    "divided by": lambda a, b: a / b,
    "to the power of": lambda a, b: a**b,
}


def test_at_least_150_questions_each_asked_once(questions: list[Question]) -> None:
    """Two answers to one question could not both be right."""
    asked = [question.question for question in questions]
    assert len(set(asked)) == len(asked) >= 150


def test_answers_take_3_to_25_tokens(questions: list[Question], models: Path) -> None:
    """Long enough to need a cache, short enough for a check."""
    tokenizer = AutoTokenizer.from_pretrained(models / "qwen2-tiny-4bit")
    lengths = {question.question: len(question.encode(tokenizer)[1]) - 1 for question in questions}
    assert {asked: length for asked, length in lengths.items() if not 3 <= length <= 25} == {}


def test_sums_are_right(questions: list[Question]) -> None:
    """Every `What is A operation B?` is answered by the number that Python gives."""
    pattern = re.compile(rf"What is (\d+) ({'|'.join(OPERATIONS)}) (\d+)\?")
    wrong, checked = [], 0
    for question in questions:
        if match := pattern.fullmatch(question.question):
            left, operation, right = match.groups()
            value = OPERATIONS[operation](int(left), int(right))
            checked += 1
            if question.answer != f"{left} {operation} {right} is {value:g}.":
                wrong.append(question)
    assert wrong == []
    assert checked >= 20


@pytest.mark.parametrize("text", ["é", "ñ", "ß", "中国", "🙂"])
def test_some_answers_need_several_tokens_per_character(
    questions: list[Question], models: Path, text: str
) -> None:
    """Streaming must hold back half a character: the set has characters that two or more tokens share."""
    tokenizer = AutoTokenizer.from_pretrained(models / "qwen2-tiny-4bit")
    assert any(text in question.answer for question in questions)
    assert len(tokenizer.encode(text)) > 1
