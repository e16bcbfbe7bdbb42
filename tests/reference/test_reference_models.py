"""load takes folders and ids, plain and 4-bit, and answers anything else with one sentence."""

import json
import shutil
import subprocess
import sys

import mlx.core as mx
import mlx_lm
import pytest
from mlx.utils import tree_flatten
from mlx_lm.models import llama

from reference.models import load


@pytest.mark.parametrize("dtype", [None, mx.float32, mx.float16, mx.bfloat16], ids=str)
def test_dtype_is_that_of_all_but_the_packed_weights(checkpoint, quantized, dtype):
    """None keeps what the checkpoint has; packed integers stay packed."""
    plain, packed = (dict(tree_flatten(load(f, dtype)[0].parameters())) for f in (checkpoint[0], quantized))
    assert {w.dtype for w in plain.values()} == {dtype or mx.float32}
    assert {w.dtype for w in packed.values()} == {dtype or mx.float32, mx.uint32}


def test_rope_theta_is_found_where_transformers_5_puts_it(checkpoint):
    """In `rope_parameters`; mlx-lm alone would fall back to its default."""
    config = json.loads((checkpoint[0] / "config.json").read_text())
    assert "rope_theta" not in config
    assert load(checkpoint[0])[0].args.rope_theta == 5000.0


def test_a_folder_without_a_tokenizer_gives_none(checkpoint, tmp_path):
    """A checkpoint of random weights needs none."""
    for name in ("config.json", "model.safetensors"):
        shutil.copy(checkpoint[0] / name, tmp_path)
    model, tokenizer = load(tmp_path)
    assert model.args.model_type == "qwen2"
    assert tokenizer is None


def test_an_id_goes_to_mlx_lm(monkeypatch):
    """owner/name is loaded by mlx-lm; when that fails, the reason is one sentence, without links."""
    asked = []

    def fail(model_id):
        asked.append(model_id)
        raise OSError("401 Client Error. Repository not found.\nhttps://example.org")

    monkeypatch.setattr(mlx_lm, "load", fail)
    with pytest.raises(FileNotFoundError) as caught:
        load("owner/some-model.v1")
    assert asked == ["owner/some-model.v1"]
    assert str(caught.value) == (
        "'owner/some-model.v1' is no folder and cannot be downloaded: 401 Client Error"
    )


def test_what_is_no_checkpoint_raises(tmp_path, monkeypatch):
    """No such folder, a file, an empty folder, no weights, another model: each is named."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "config.json").write_text("{}")
    for path, message in (
        ("nowhere", "there is no model folder 'nowhere'"),
        ("a/b/c", "there is no model folder 'a/b/c'"),
        ("empty/nowhere", "there is no model folder 'empty/nowhere'"),  # beside a folder, it is no id
        ("file", "there is no model folder 'file'"),
        ("empty", "'empty' has no config.json"),
        ("bare", r"'bare' has no model\*\.safetensors"),
    ):
        with pytest.raises(FileNotFoundError, match=message):
            load(path)


def test_another_model_than_qwen2_raises(checkpoint, tmp_path):
    """A model that mlx-lm knows and we do not is refused by name, and so is one that nobody knows."""
    config = {**json.loads((checkpoint[0] / "config.json").read_text()), "model_type": "llama"}
    model = llama.Model(llama.ModelArgs.from_dict(config))
    mx.save_safetensors(str(tmp_path / "model.safetensors"), dict(tree_flatten(model.parameters())))
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(ValueError, match="is a 'llama' model, must be 'qwen2'"):
        load(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({**config, "model_type": "no-such-model"}))
    with pytest.raises(ValueError, match="no-such-model"):
        load(tmp_path)


def test_the_solution_imports_with_mlx_alone():
    """Neither mlx-lm nor transformers nor torch is imported before a checkpoint is loaded."""
    code = (
        "import sys, importlib, pathlib\n"
        "for p in pathlib.Path('reference').glob('*.py'):\n"
        "    if p.stem != '__main__': importlib.import_module('reference.' + p.stem)\n"
        "print([m for m in ('mlx_lm', 'transformers', 'torch', 'grader') if m in sys.modules])\n"
    )
    root = __file__.rsplit("/tests/", 1)[0]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)
    assert (done.stdout, done.stderr) == ("[]\n", "")
