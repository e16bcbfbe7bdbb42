"""The shipped checkpoints, measured again with mlx-lm's and transformers' own Qwen2.

All questions in all precisions take minutes (`python -m models.train --measure`). Here a sample is measured
again: the questions that were narrowest there, and a few more.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest
import torch
from mlx_lm import generate, load
from transformers import AutoTokenizer

from models.measure import figures_table, load_torch, measure, mlx_logits, torch_logits
from models.questions import Question

SMALLEST_GAP = 1.0  # nats
SMALLEST_SHARE = 0.95
LARGEST_ACTIVATION = 1000.0
LARGEST_SIZE_BYTES = 4_000_000

PRECISIONS = [
    f"{kind}-{dtype}" for kind in ("torch", "mlx", "mlx-4bit") for dtype in ("float32", "float16", "bfloat16")
]


def sample(questions: list[Question], measurements: dict[str, Any], count: int) -> list[Question]:
    """Return the narrowest questions of every precision and `count` more, evenly spread."""
    narrow = {figures["smallest_gap_at"] for figures in measurements["precisions"].values()}
    spread = {questions[i * len(questions) // count].question for i in range(count)}
    return [question for question in questions if question.question in narrow | spread]


@pytest.mark.parametrize("precision", PRECISIONS)
def test_recorded_figures_hold_the_bounds(measurements: dict[str, Any], precision: str) -> None:
    """Every precision answers at least 95 % of the questions, with at least 1 nat to spare at every token."""
    figures = measurements["precisions"][precision]
    assert figures["questions"] >= 150
    assert figures["share_right"] >= SMALLEST_SHARE
    assert figures["smallest_gap"] >= SMALLEST_GAP


def test_readme_quotes_the_recorded_figures(models: Path, measurements: dict[str, Any]) -> None:
    """The table in the README is the one that the last measurement printed."""
    assert figures_table(measurements) in (models / "README.md").read_text(encoding="utf-8")


def test_recorded_activations_suit_float16(measurements: dict[str, Any]) -> None:
    """Nothing comes near the largest float16 (65504)."""
    assert 0 < measurements["largest_activation"] < LARGEST_ACTIVATION


@pytest.mark.parametrize("precision", PRECISIONS)
def test_shipped_files_give_the_recorded_figures(
    models: Path, questions: list[Question], measurements: dict[str, Any], precision: str
) -> None:
    """On a sample with the narrowest questions, all is right and the smallest gap is as recorded."""
    kind, dtype = precision.rsplit("-", 1)
    folder = models / ("qwen2-tiny-4bit" if kind == "mlx-4bit" else "qwen2-tiny-float")
    logits_of = (torch_logits if kind == "torch" else mlx_logits)(folder, dtype)
    # MLX's 4-bit product takes 20 times longer in float16 than in float32 on a CPU
    picked = sample(questions, measurements, 1 if precision == "mlx-4bit-float16" else 12)
    figures = measure(logits_of, AutoTokenizer.from_pretrained(folder), picked)
    assert figures.right == len(picked)
    # other machines add in another order; half a nat is far more than that gives, far less than the bound
    assert figures.smallest_gap == pytest.approx(
        measurements["precisions"][precision]["smallest_gap"], abs=0.5
    )


def test_mlx_lm_generates_the_answers(models: Path, questions: list[Question]) -> None:
    """Token by token with mlx-lm's cache, the 4-bit model writes the answers and stops by itself."""
    model, tokenizer = load(str(models / "qwen2-tiny-4bit"))
    model.set_dtype(mx.float32)
    for question in questions[::40]:
        prompt, _ = question.encode(tokenizer)
        assert generate(model, tokenizer, prompt, max_tokens=40) == question.answer


def test_transformers_generates_the_answers(models: Path, questions: list[Question]) -> None:
    """The float model, through transformers' own generate, writes the answers and stops by itself."""
    folder = models / "qwen2-tiny-float"
    model, tokenizer = load_torch(folder, "float32"), AutoTokenizer.from_pretrained(folder)
    for question in questions[::40]:
        prompt, answer = question.encode(tokenizer)
        ids = torch.tensor([prompt])
        out = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=40, do_sample=False)
        assert out[0, len(prompt) :].tolist() == answer


def test_4bit_folder_is_the_float_folder_quantized(models: Path) -> None:
    """Each triplet is bit for bit what `mx.quantize` makes of the float weight; the rest is unchanged."""
    floats = mx.load(str(models / "qwen2-tiny-float" / "model.safetensors"))
    want = {}
    for name, weight in floats.items():
        if weight.ndim == 2:
            packed = mx.quantize(weight, group_size=64, bits=4)
            stem = name.removesuffix("weight")
            want |= dict(zip((name, f"{stem}scales", f"{stem}biases"), packed, strict=True))
        else:
            want[name] = weight
    got = mx.load(str(models / "qwen2-tiny-4bit" / "model.safetensors"))
    assert {name: (a.dtype, a.shape) for name, a in got.items()} == {
        n: (a.dtype, a.shape) for n, a in want.items()
    }
    assert [name for name in want if not mx.array_equal(got[name], want[name])] == []


@pytest.mark.parametrize("name", ["qwen2-tiny-float", "qwen2-tiny-4bit", "qwen2-untied-random"])
def test_weights_are_float16_and_finite(models: Path, name: str) -> None:
    """All floats are float16; packed weights are uint32; all numbers are finite."""
    weights = mx.load(str(models / name / "model.safetensors"))
    assert {w.dtype for w in weights.values()} <= {mx.float16, mx.uint32}
    assert all(mx.isfinite(w).all().item() for w in weights.values() if w.dtype == mx.float16)


@pytest.mark.parametrize("name", ["qwen2-tiny-float", "qwen2-tiny-4bit", "qwen2-untied-random"])
def test_query_key_and_value_biases_matter(models: Path, name: str) -> None:
    """A submission that forgets these biases must get other numbers: none of them is near zero throughout."""
    weights = mx.load(str(models / name / "model.safetensors"))
    biases = {k: v for k, v in weights.items() if k.endswith("_proj.bias")}
    assert len(biases) == 3 * 4
    assert min(float(mx.abs(bias).mean()) for bias in biases.values()) > 0.05


def test_models_stay_small(models: Path) -> None:
    """Everything in models/ takes at most 4 MB."""
    files = [f for f in models.rglob("*") if f.is_file() and "__pycache__" not in f.parts]
    assert sum(f.stat().st_size for f in files) <= LARGEST_SIZE_BYTES


def test_model_folders_hold_no_questions(models: Path) -> None:
    """A sandboxed worker may read these folders, so the answers lie elsewhere."""
    files = {f.relative_to(models).as_posix() for d in models.glob("qwen2-*") for f in d.rglob("*")}
    tokenizer = {"tokenizer.json", "tokenizer_config.json"}
    checkpoint = {"config.json", "model.safetensors"}
    assert files == {
        f"{folder}/{name}"
        for folder, names in {
            "qwen2-tiny-float": checkpoint | tokenizer,
            "qwen2-tiny-4bit": checkpoint | tokenizer,
            "qwen2-untied-random": checkpoint,
        }.items()
        for name in names
    }


def test_configs_name_the_trained_architecture(models: Path) -> None:
    """The keys that a loader needs are there, with Qwen2's own constants."""
    config = json.loads((models / "qwen2-tiny-4bit" / "config.json").read_text(encoding="utf-8"))
    wanted = {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "tie_word_embeddings": True,
        "rope_theta": 1000000.0,
        "rms_norm_eps": 1e-6,
        "quantization": {"group_size": 64, "bits": 4},
    }
    assert {key: config[key] for key in wanted} == wanted
    float_config = json.loads((models / "qwen2-tiny-float" / "config.json").read_text(encoding="utf-8"))
    assert {**float_config, "quantization": config["quantization"]} == config


def test_transformers_takes_theta_from_the_config(models: Path) -> None:
    """Newer transformers moved `rope_theta`; the old key must still arrive."""
    config = load_torch(models / "qwen2-tiny-float", "float32").config
    assert config.rope_parameters["rope_theta"] == 1000000.0
