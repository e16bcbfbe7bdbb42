"""Load a checkpoint: a folder, or a Hugging Face id.

Knows nothing about how the model is computed. The only file of the solution that needs mlx-lm, and only when
it is called: everything else imports with MLX alone.
"""

import json
import re
from pathlib import Path
from typing import Any

import mlx.core as mx


def load(path_or_id: str | Path, dtype: mx.Dtype | None = None) -> tuple[Any, Any]:
    """Load a Qwen2 checkpoint and its tokenizer.

    Args:
        path_or_id: A folder with `config.json`, safetensors and a tokenizer, quantized by MLX or plain; or an
            id such as `Qwen/Qwen2-0.5B-Instruct-MLX`, which mlx-lm downloads.
        dtype: The dtype of all weights that are not packed, such as `mx.float16`; None keeps its own.

    Returns:
        The model as mlx-lm builds it, and its tokenizer, which is None for a folder without one.

    Raises:
        FileNotFoundError: There is no such folder or id, or the folder is no checkpoint.
        ValueError: The checkpoint is damaged, or of another model than Qwen2.
    """
    folder = Path(path_or_id).expanduser()
    if folder.is_dir():
        model, tokenizer = _load_folder(folder)
    elif re.fullmatch(r"[\w-][\w.-]*/[\w.-]+", str(path_or_id)) and not folder.parent.is_dir():
        model, tokenizer = _load_id(str(path_or_id))
    else:
        raise FileNotFoundError(f"there is no model folder {str(path_or_id)!r}")
    if model.args.model_type != "qwen2":
        raise ValueError(f"{path_or_id} is a {model.args.model_type!r} model, must be 'qwen2'")
    if dtype is not None:
        model.set_dtype(dtype)
    return model, tokenizer


def _load_folder(folder: Path) -> tuple[Any, Any]:
    """Load from a folder; without a tokenizer there, return None for it."""
    if not (folder / "config.json").is_file():
        raise FileNotFoundError(f"the model folder {str(folder)!r} has no config.json")
    if not any(folder.glob("model*.safetensors")):
        raise FileNotFoundError(f"the model folder {str(folder)!r} has no model*.safetensors")
    from mlx_lm.utils import load_model, load_tokenizer

    model, config = load_model(folder, model_config=_rope_theta(folder))
    if not (folder / "tokenizer_config.json").is_file():
        return model, None
    return model, load_tokenizer(folder, eos_token_ids=config.get("eos_token_id"))


def _load_id(model_id: str) -> tuple[Any, Any]:
    """Load by Hugging Face id, from the network or from what was downloaded before."""
    import mlx_lm

    try:
        return mlx_lm.load(model_id)[:2]
    except OSError as error:  # no network, no such id, no permission: all are OSError
        reason = str(error).strip().split("\n")[0].split(". ")[0] or type(error).__name__
        raise FileNotFoundError(f"{model_id!r} is no folder and cannot be downloaded: {reason}") from error


def _rope_theta(folder: Path) -> dict[str, Any]:
    """Return `rope_theta` where transformers 5 puts it and mlx-lm does not look for it."""
    parameters = json.loads((folder / "config.json").read_text()).get("rope_parameters") or {}
    return {"rope_theta": parameters["rope_theta"]} if "rope_theta" in parameters else {}
