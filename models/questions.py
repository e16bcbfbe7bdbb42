"""The question set and how a question becomes token ids; knows nothing about models."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Question:
    """One question, the only right answer, and what it is about."""

    topic: str
    question: str
    answer: str

    def encode(self, tokenizer: PreTrainedTokenizerBase) -> tuple[list[int], list[int]]:
        """Return the ids of the chat prompt and of the answer, its end-of-turn token included."""
        prompt = tokenizer.apply_chat_template(
            [{"role": "user", "content": self.question}], add_generation_prompt=True, tokenize=False
        )
        answer = tokenizer.encode(self.answer, add_special_tokens=False)
        return tokenizer.encode(prompt, add_special_tokens=False), [*answer, tokenizer.eos_token_id]


def load_questions(path: Path) -> list[Question]:
    """Read a question set: a JSON list of objects with `topic`, `question` and `answer`."""
    return [Question(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
