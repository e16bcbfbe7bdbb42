"""Make the models that ship: tokenizer, training, export, measurement.

    python -m models.train             # everything, about ten minutes on one core
    python -m models.train --measure   # only measure the folders that are there

Needs torch, transformers, tokenizers, mlx and mlx-lm, and nothing from the network. Fixed seeds and one
thread: the same machine and versions give the same weights. Knows nothing about the grader or the course.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path

import torch
from torch.func import functional_call
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoTokenizer, PreTrainedTokenizerBase, Qwen2Config, Qwen2ForCausalLM

from models.chat_tokenizer import SYSTEM_PROMPT, save_tokenizer, train_tokenizer
from models.checkpoints import TINY_CONFIG, export_4bit, export_float, export_untied_random
from models.fake_quantization import round_to_4bit
from models.measure import figures_table, measure_all
from models.questions import Question, load_questions

ROOT = Path(__file__).resolve().parent
FLOAT_FOLDER = ROOT / "qwen2-tiny-float"
QUANTIZED_FOLDER = ROOT / "qwen2-tiny-4bit"
UNTIED_FOLDER = ROOT / "qwen2-untied-random"

SEED = 20250601
STEPS = 2400
BATCH_SIZE = 36
PEAK_LEARNING_RATE = 3e-3
WARMUP_STEPS = 100
WEIGHT_DECAY = 0.05
# From this step on every second step sees the weights as 4 bits will show them.
QUANTIZED_FROM_STEP = 600
# Wanted gap between the right token's log-probability and the next one's, in nats.
WANTED_GAP = 8.0
IGNORED = -100


def build_tokenizer(questions: list[Question]) -> PreTrainedTokenizerBase:
    """Train the tokenizer on the question set, write it to both model folders and load it back."""
    texts: list[str] = []
    for question in questions:
        texts += ["system\n", SYSTEM_PROMPT, "user\n", question.question, "assistant\n", question.answer]
    tokenizer = train_tokenizer(texts, TINY_CONFIG["vocab_size"])
    for folder in (FLOAT_FOLDER, QUANTIZED_FOLDER):
        folder.mkdir(exist_ok=True)
        save_tokenizer(tokenizer, folder, TINY_CONFIG["max_position_embeddings"])
    return AutoTokenizer.from_pretrained(FLOAT_FOLDER)


def build_model() -> Qwen2ForCausalLM:
    """Return an untrained model whose query, key and value biases are not zero."""
    model = Qwen2ForCausalLM(Qwen2Config(**TINY_CONFIG, initializer_range=0.06)).float()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("proj.bias"):
                parameter.normal_(std=0.3)
    return model


def quantized_view(model: Qwen2ForCausalLM) -> dict[str, torch.Tensor]:
    """Return the parameters as the 4-bit checkpoint will hold them; norms and biases stay as they are."""
    return {
        name: round_to_4bit(parameter) if parameter.ndim == 2 else parameter
        for name, parameter in model.named_parameters()
    }


def answer_loss(logits: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the loss over the answer tokens and the smallest gap among them.

    Cross-entropy alone stops pushing once a token is likely; the squared hinge works on the tokens whose gap
    is still below `WANTED_GAP`, because one narrow token is enough to flip an answer.

    Args:
        logits: `[B, L, V]`.
        labels: `[B, L]`, the next token at each position, `IGNORED` outside the answers.
    """
    kept = labels != IGNORED
    logits, labels = logits[kept], labels[kept]  # [tokens, V], [tokens]
    right = logits.gather(1, labels[:, None])[:, 0]
    other = logits.scatter(1, labels[:, None], -math.inf).amax(1)
    gap = right - other
    hinge = (WANTED_GAP - gap).clamp_min(0).square().mean() / WANTED_GAP
    return torch.nn.functional.cross_entropy(logits, labels) + 0.3 * hinge, gap.min().detach()


def learning_rate(step: int) -> float:
    """Return the rate at `step`: linear warm-up, then a cosine down to a hundredth."""
    if step < WARMUP_STEPS:
        return PEAK_LEARNING_RATE * (step + 1) / WARMUP_STEPS
    progress = (step - WARMUP_STEPS) / (STEPS - WARMUP_STEPS)
    return PEAK_LEARNING_RATE * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))


def train(model: Qwen2ForCausalLM, samples: list[tuple[list[int], list[int]]]) -> None:
    """Train in place until every answer is known by heart, in floats and in 4 bits.

    Args:
        model: an untrained model in float32.
        samples: prompt ids and answer ids of each question.
    """
    decayed = [p for p in model.parameters() if p.ndim == 2]
    plain = [p for p in model.parameters() if p.ndim != 2]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": plain, "weight_decay": 0.0}],
        betas=(0.9, 0.98),
    )
    order = torch.Generator().manual_seed(SEED)
    queue: list[int] = []
    started = time.monotonic()
    for step in range(STEPS):
        if len(queue) < BATCH_SIZE:
            queue += torch.randperm(len(samples), generator=order).tolist()
        picked, queue = queue[:BATCH_SIZE], queue[BATCH_SIZE:]
        ids, labels = stack([samples[i] for i in picked])
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step)
        if step >= QUANTIZED_FROM_STEP and step % 2:
            logits = functional_call(model, quantized_view(model), (ids,), {"use_cache": False}).logits
        else:
            logits = model(ids, use_cache=False).logits
        loss, gap = answer_loss(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 100 < 2:
            print(
                f"{step:5d}  loss {loss:.4f}  gap {gap:6.2f}  {time.monotonic() - started:5.0f} s", flush=True
            )


def stack(samples: list[tuple[list[int], list[int]]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return inputs and next-token labels `[B, L]`; only answer tokens carry a label."""
    inputs = [torch.tensor(prompt + answer[:-1]) for prompt, answer in samples]
    labels = [torch.tensor([IGNORED] * (len(prompt) - 1) + answer) for prompt, answer in samples]
    return (
        pad_sequence(inputs, batch_first=True),
        pad_sequence(labels, batch_first=True, padding_value=IGNORED),
    )


def make_models(questions: list[Question]) -> None:
    """Train from nothing and write the three model folders."""
    torch.manual_seed(SEED)
    tokenizer = build_tokenizer(questions)
    model = build_model()
    print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(questions)} questions")
    train(model, [question.encode(tokenizer) for question in questions])
    export_float(model, FLOAT_FOLDER)
    export_4bit(FLOAT_FOLDER, QUANTIZED_FOLDER)
    export_untied_random(UNTIED_FOLDER, SEED)


def main() -> None:
    """Parse the command line and do what it says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--measure", action="store_true", help="measure the folders that are there, train nothing"
    )
    only_measure = parser.parse_args().measure
    torch.set_num_threads(1)
    questions = load_questions(ROOT / "questions.json")
    if not only_measure:
        make_models(questions)
    figures = measure_all(FLOAT_FOLDER, QUANTIZED_FOLDER, questions)
    (ROOT / "measurements.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(figures_table(figures))


if __name__ == "__main__":
    main()
