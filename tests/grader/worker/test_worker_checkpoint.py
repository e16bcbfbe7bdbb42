"""The tree built from a folder has the attributes and weights that mlx_lm.load gives for the same folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import mlx.core as mx
import mlx.nn as nn
import numpy as np
import pytest
from mlx.utils import tree_flatten
from mlx_lm.models import qwen2

from grader.worker.client import Array, Fault, Worker

Start = Callable[..., Worker]

CONFIG = {
    "model_type": "qwen2",
    "hidden_size": 128,
    "num_hidden_layers": 2,
    "intermediate_size": 192,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-6,
    "vocab_size": 64,
    "rope_theta": 1000000,
    "max_position_embeddings": 512,
}

READ = """
    def args(model, name):
        return getattr(model.args, name)
    def layer(model, i, path):
        live = model.model.layers[i]
        for name in path.split("."): live = getattr(live, name)
        return live
    def top(model, path):
        live = model
        for name in path.split("."): live = getattr(live, name)
        return live
    def same_layers(model):
        return model.layers is model.model.layers and len(model.layers)
    def kind(model, path):
        return type(top(model, path)).__name__
"""


def write_checkpoint(folder: Path, *, tied: bool, quantized: bool) -> qwen2.Model:
    """Write a random checkpoint and return mlx_lm's own model with its weights."""
    config = {**CONFIG, "tie_word_embeddings": tied}
    mx.random.seed(0)
    model = qwen2.Model(qwen2.ModelArgs.from_dict(config))
    model.set_dtype(mx.float16)
    if quantized:
        config["quantization"] = {"group_size": 64, "bits": 4}
        nn.quantize(model, group_size=64, bits=4)
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    mx.save_safetensors(str(folder / "model.safetensors"), dict(tree_flatten(model.parameters())))
    return model


def to_array(x: mx.array) -> Array:
    return Array(str(x.dtype).rpartition(".")[2], tuple(x.shape), np.array(x).tobytes())


@pytest.mark.parametrize(("tied", "quantized"), [(True, True), (False, True), (False, False)])
def test_tree_has_the_weights_of_mlx_lm(start: Start, tmp_path: Path, tied: bool, quantized: bool) -> None:
    """Every array of mlx_lm's model is found at the same path with the same bits."""
    folder = tmp_path / "checkpoint"
    expected = write_checkpoint(folder, tied=tied, quantized=quantized)
    worker = start({"tiny_llm/basics.py": READ}, readable=(folder,))
    model = worker.checkpoint(folder)
    paths = [path for path, _ in tree_flatten(expected.parameters())]
    assert ("lm_head.weight" in paths) is not tied
    for path, weight in tree_flatten(expected.parameters()):
        if path.startswith("model.layers."):
            _, _, number, rest = path.split(".", 3)
            found = worker.call("basics.layer", [model, int(number), rest]).value
        else:
            found = worker.call("basics.top", [model, path]).value
        assert found == to_array(weight), path


def test_tree_tells_its_configuration(start: Start, tmp_path: Path) -> None:
    """`args` holds every field of the configuration, and quantized layers say how they are packed."""
    folder = tmp_path / "checkpoint"
    write_checkpoint(folder, tied=True, quantized=True)
    worker = start({"tiny_llm/basics.py": READ}, readable=(folder,))
    model = worker.checkpoint(folder)
    for name, value in {**CONFIG, "tie_word_embeddings": True}.items():
        assert worker.call("basics.args", [model, name]).value == value
    assert worker.call("basics.same_layers", [model]).value == 2
    assert worker.call("basics.kind", [model, "model.embed_tokens"]).value == "QuantizedEmbedding"
    projection = [model, 1, "self_attn.q_proj"]
    for name, value in {"group_size": 64, "bits": 4}.items():
        path = f"{projection[2]}.{name}"
        assert worker.call("basics.layer", [model, 1, path]).value == value


def test_floating_weights_are_cast(start: Start, tmp_path: Path) -> None:
    """`dtype` casts scales, biases and norms, and leaves the packed weights alone."""
    folder = tmp_path / "checkpoint"
    write_checkpoint(folder, tied=True, quantized=True)
    worker = start({"tiny_llm/basics.py": READ}, readable=(folder,))
    model = worker.checkpoint(folder, dtype="float32")
    dtypes = {
        name: worker.call("basics.layer", [model, 0, f"self_attn.q_proj.{name}"]).value.dtype
        for name in ("weight", "scales", "biases", "bias")
    }
    assert dtypes == {"weight": "uint32", "scales": "float32", "biases": "float32", "bias": "float32"}
    assert worker.call("basics.top", [model, "model.norm.weight"]).value.dtype == "float32"


def test_folder_that_was_not_opened_cannot_be_loaded(start: Start, tmp_path: Path) -> None:
    """A checkpoint outside of `readable` stays closed to the submission's process."""
    folder = tmp_path / "checkpoint"
    write_checkpoint(folder, tied=True, quantized=True)
    worker = start({"tiny_llm/basics.py": READ})
    with pytest.raises(Fault, match="PermissionError"):
        worker.checkpoint(folder)
