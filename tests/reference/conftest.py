"""Tiny random checkpoints, made once per run: plain and 4-bit, tied and untied, with a tokenizer of bytes."""

import json
import shutil

import mlx.core as mx
import mlx.nn as nn
import pytest
import torch
import transformers
from mlx.utils import tree_flatten
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from reference.models import load

CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIAL = ["<|im_start|>", "<|im_end|>"]


def _save_tokenizer(folder):
    """Save a tokenizer with one token per byte, which splits every letter beyond ASCII."""
    vocab = {symbol: i for i, symbol in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|im_end|>", additional_special_tokens=SPECIAL
    )
    fast.chat_template = CHAT_TEMPLATE
    fast.save_pretrained(folder)


@pytest.fixture(scope="session", params=["tied", "untied"])
def checkpoint(request, tmp_path_factory):
    """Return a folder with a plain checkpoint, and the same model in PyTorch, float64."""
    folder = tmp_path_factory.mktemp(request.param)
    torch.manual_seed(1)
    config = transformers.Qwen2Config(
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=96,
        vocab_size=258,
        max_position_embeddings=512,
        rope_parameters={"rope_type": "default", "rope_theta": 5000.0},
        rms_norm_eps=1e-4,
        initializer_range=0.15,
        tie_word_embeddings=request.param == "tied",
        eos_token_id=257,
    )
    model = transformers.Qwen2ForCausalLM(config).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith("bias") or "norm" in name:
                weight.add_(torch.randn_like(weight) * 0.3)
    model.save_pretrained(folder)
    _save_tokenizer(folder)
    return folder, model.double()


@pytest.fixture(scope="session")
def quantized(checkpoint, tmp_path_factory):
    """Return a folder with the same checkpoint in MLX's 4-bit format."""
    source, _ = checkpoint
    folder = tmp_path_factory.mktemp("quantized")
    for path in (*source.glob("tokenizer*"), source / "chat_template.jinja"):
        shutil.copy(path, folder)
    model, _ = load(source)
    nn.quantize(model, group_size=32, bits=4)
    mx.save_safetensors(str(folder / "model.safetensors"), dict(tree_flatten(model.parameters())))
    config = json.loads((source / "config.json").read_text())
    config["quantization"] = {"group_size": 32, "bits": 4}
    (folder / "config.json").write_text(json.dumps(config))
    return folder
