"""Measure the shipped models: share of right answers and how clear each token is, per precision.

Runs mlx-lm's and transformers' own Qwen2, not the project's. Each question takes one pass over prompt and
right answer: greedy decoding gives exactly that answer if and only if every answer token (the end of the
turn included) scores highest there. Knows nothing about how the models were made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import torch
from mlx_lm import load
from transformers import AutoTokenizer, Qwen2ForCausalLM

from models.questions import Question

# Ids of one text [L] -> logits [L, V] in float32.
Logits = Callable[[list[int]], np.ndarray]

MLX_DTYPES = {"float32": mx.float32, "float16": mx.float16, "bfloat16": mx.bfloat16}
TORCH_DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


@dataclass(frozen=True)
class Figures:
    """What one model in one precision reaches on a set of questions.

    `smallest_gap` is the smallest difference, in nats, between the log-probability of a right answer token
    and that of the best other token; negative if any answer is wrong.
    """

    questions: int
    right: int
    share_right: float
    smallest_gap: float
    smallest_gap_at: str


def answer_gaps(logits: np.ndarray, prompt_length: int, answer: Sequence[int]) -> np.ndarray:
    """Return, per answer token, its log-probability minus that of the best other token.

    Args:
        logits: `[L, V]` over the prompt and all answer tokens but the last; row i scores token i + 1.
        prompt_length: number of prompt tokens.
        answer: ids of the answer.

    Returns:
        float64 `[len(answer)]`; positive where greedy decoding takes the right token.
    """
    rows = logits[prompt_length - 1 :].astype(np.float64)
    at = (np.arange(len(answer)), np.asarray(answer))
    # the softmax's denominator is the same for both and cancels
    right = rows[at]
    rows[at] = -np.inf
    return right - rows.max(axis=1)


def measure(logits_of: Logits, tokenizer: Any, questions: Sequence[Question]) -> Figures:
    """Return the figures of one model over `questions`.

    Raises:
        ValueError: the model gives a number that is not finite.
    """
    smallest: list[float] = []
    for question in questions:
        prompt, answer = question.encode(tokenizer)
        logits = logits_of(prompt + answer[:-1])
        if not np.isfinite(logits).all():
            raise ValueError(f"logits for {question.question!r} are not finite")
        smallest.append(float(answer_gaps(logits, len(prompt), answer).min()))
    right = sum(gap > 0 for gap in smallest)
    worst = int(np.argmin(smallest))
    return Figures(
        questions=len(questions),
        right=right,
        share_right=round(right / len(questions), 4),
        smallest_gap=round(smallest[worst], 3),
        smallest_gap_at=questions[worst].question,
    )


def mlx_logits(folder: Path, dtype: str) -> Logits:
    """Load a folder with mlx-lm and return its logits; `dtype` is that of activations, scales and biases."""
    model = load(str(folder))[0]
    model.set_dtype(MLX_DTYPES[dtype])

    def logits_of(ids: list[int]) -> np.ndarray:
        return np.array(model(mx.array([ids]))[0].astype(mx.float32))

    return logits_of


def load_torch(folder: Path, dtype: str) -> Qwen2ForCausalLM:
    """Load a float folder with transformers in `dtype`."""
    return Qwen2ForCausalLM.from_pretrained(folder, dtype=TORCH_DTYPES[dtype]).eval()


def torch_logits(folder: Path, dtype: str) -> Logits:
    """Load a float folder with transformers and return its logits."""
    model = load_torch(folder, dtype)

    @torch.inference_mode()
    def logits_of(ids: list[int]) -> np.ndarray:
        return model(torch.tensor([ids]), use_cache=False).logits[0].float().numpy()

    return logits_of


def largest_activation(folder: Path, questions: Sequence[Question]) -> float:
    """Return the largest magnitude that any module of the float model puts out on `questions`."""
    model = load_torch(folder, "float32")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    largest = 0.0

    def note(module: torch.nn.Module, inputs: Any, output: Any) -> None:
        nonlocal largest
        if isinstance(output, torch.Tensor):
            largest = max(largest, float(output.abs().max()))

    for module in model.modules():
        module.register_forward_hook(note)
    with torch.inference_mode():
        for question in questions:
            prompt, answer = question.encode(tokenizer)
            model(torch.tensor([prompt + answer]), use_cache=False)
    return round(largest, 1)


def measure_all(float_folder: Path, quantized_folder: Path, questions: Sequence[Question]) -> dict[str, Any]:
    """Return every figure that the README quotes, as plain JSON values."""
    tokenizer = AutoTokenizer.from_pretrained(float_folder)
    models: dict[str, tuple[Callable[[Path, str], Logits], Path]] = {
        "torch": (torch_logits, float_folder),
        "mlx": (mlx_logits, float_folder),
        "mlx-4bit": (mlx_logits, quantized_folder),
    }
    precisions = {}
    for name, (load_logits, folder) in models.items():
        for dtype in ("float32", "float16", "bfloat16"):
            figures = measure(load_logits(folder, dtype), tokenizer, questions)
            precisions[f"{name}-{dtype}"] = asdict(figures)
            print(f"{name}-{dtype}: {figures}", flush=True)
    answers = [question.encode(tokenizer)[1] for question in questions]
    return {
        "questions": len(questions),
        "answer_tokens": sum(map(len, answers)),
        "shortest_answer_tokens": min(map(len, answers)) - 1,  # without the end of the turn
        "longest_answer_tokens": max(map(len, answers)) - 1,
        "parameters": sum(p.numel() for p in load_torch(float_folder, "float32").parameters()),
        "largest_activation": largest_activation(float_folder, questions),
        "precisions": precisions,
    }


def figures_table(figures: dict[str, Any]) -> str:
    """Return the README's table of what `measure_all` found."""
    lines = ["| model and dtype | right answers | smallest gap (nats) |", "|---|---|---|"]
    for name, row in figures["precisions"].items():
        lines.append(f"| {name} | {row['right']} of {row['questions']} | {row['smallest_gap']:.2f} |")
    lines += [
        "",
        f"{figures['parameters']} parameters; {figures['questions']} questions; "
        f"answers of {figures['shortest_answer_tokens']} to {figures['longest_answer_tokens']} tokens, "
        f"{figures['answer_tokens']} in all with their ends; "
        f"largest activation {figures['largest_activation']}.",
    ]
    return "\n".join(lines)
