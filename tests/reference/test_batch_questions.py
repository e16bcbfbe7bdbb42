"""The model that ships answers its questions word by word with a cache, alone and in a batch."""

import json
from pathlib import Path

import mlx.core as mx
import pytest
from week2_stand_ins import put_kernels

from reference.batch import batch_generate
from reference.generate import simple_generate_with_kv_cache
from reference.models import load
from reference.qwen2_week2 import Qwen2ModelWeek2

MODELS = Path(__file__).resolve().parents[2] / "models"
# every ninth question, and those whose answers hold characters that several tokens share
ROWS = json.loads((MODELS / "questions.json").read_text(encoding="utf-8"))
QUESTIONS = ROWS[::9] + [row for row in ROWS if not row["answer"].isascii()]


@pytest.fixture(params=["plain", "built"])
def served(request, monkeypatch):
    """Return the model with float32 activations, its tokenizer, and the questions as chat prompts."""
    put_kernels(request.param, monkeypatch)
    mlx_model, tokenizer = load(MODELS / "qwen2-tiny-4bit", dtype=mx.float32)
    turns = [[{"role": "user", "content": row["question"]}] for row in QUESTIONS]
    prompts = [tokenizer.apply_chat_template(t, add_generation_prompt=True, tokenize=False) for t in turns]
    return lambda flash: Qwen2ModelWeek2(mlx_model, enable_flash_attn=flash), tokenizer, prompts


@pytest.mark.parametrize("flash", [False, True])
def test_alone(served, flash, capsys):
    """With a cache the answer is the one that the model learned; it is printed, too."""
    model, tokenizer, prompts = served
    for prompt, row in list(zip(prompts, QUESTIONS, strict=True))[-6:]:
        assert simple_generate_with_kv_cache(model(flash), tokenizer, prompt) == row["answer"]
        assert capsys.readouterr().out == row["answer"] + "\n"


@pytest.mark.parametrize(("flash", "prefill_step", "batch_size"), [(True, 7, 6), (False, 128, 3)])
def test_in_a_batch(served, flash, prefill_step, batch_size):
    """In any company, with prompts in pieces, in the order of the questions."""
    model, tokenizer, prompts = served
    options = {"batch_size": batch_size, "prefill_step": prefill_step, "max_seq_len": 64}
    got = batch_generate(model(flash), tokenizer, prompts, **options)
    assert got == [(i, row["answer"]) for i, row in enumerate(QUESTIONS)]
