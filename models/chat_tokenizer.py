"""A byte-level BPE tokenizer in Qwen2's form, trained on the question set, with Qwen's ChatML template.

Knows nothing about models, weights or training; it turns texts into the two files that
`transformers.AutoTokenizer` and `mlx_lm.load` read: `tokenizer.json` and `tokenizer_config.json`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer

END_OF_TEXT = "<|endoftext|>"
TURN_START = "<|im_start|>"
TURN_END = "<|im_end|>"
SPECIAL_TOKENS = (END_OF_TEXT, TURN_START, TURN_END)

SYSTEM_PROMPT = "You are a helpful assistant."

# How Qwen2 cuts text before any merge: contractions, words with their leading space, single digits,
# punctuation, line ends, other white space.
WORD_PATTERN = "|".join(
    (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)",
        r"[^\r\n\p{L}\p{N}]?\p{L}+",
        r"\p{N}",
        r" ?[^\s\p{L}\p{N}]+[\r\n]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    )
)

# ChatML: every turn is "<|im_start|>role\ncontent<|im_end|>\n"; a missing system turn gets Qwen2's default.
CHAT_TEMPLATE = (
    "{% if messages[0]['role'] != 'system' %}"
    f"{TURN_START}system\n{SYSTEM_PROMPT}{TURN_END}\n"
    "{% endif %}"
    "{% for message in messages %}"
    f"{TURN_START}{{{{ message['role'] }}}}\n{{{{ message['content'] }}}}{TURN_END}\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}"
    f"{TURN_START}assistant\n"
    "{% endif %}"
)


def train_tokenizer(texts: Iterable[str], vocab_size: int) -> Tokenizer:
    """Train a byte-level BPE whose last ids are the special tokens, as in Qwen2.

    Args:
        texts: the texts to learn merges from.
        vocab_size: number of ids in all, the 256 bytes and the special tokens included.

    Returns:
        A tokenizer with exactly `vocab_size` ids.

    Raises:
        ValueError: the texts do not hold enough repeated pairs to fill the vocabulary.
    """
    tokenizer = Tokenizer(BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORD_PATTERN), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = BpeTrainer(
        vocab_size=vocab_size - len(SPECIAL_TOKENS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_special_tokens(list(SPECIAL_TOKENS))
    if tokenizer.get_vocab_size() != vocab_size:
        raise ValueError(
            f"the texts give {tokenizer.get_vocab_size()} tokens, vocab_size ({vocab_size}) asks for more"
        )
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, folder: Path, max_length: int) -> None:
    """Write `tokenizer.json` and `tokenizer_config.json` into `folder`.

    Args:
        tokenizer: what `train_tokenizer` returned.
        folder: an existing folder.
        max_length: the longest text of the model, in tokens.
    """
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "Qwen2Tokenizer",
        "add_prefix_space": False,
        "bos_token": None,
        "chat_template": CHAT_TEMPLATE,
        "clean_up_tokenization_spaces": False,
        "eos_token": TURN_END,
        "model_max_length": max_length,
        "pad_token": END_OF_TEXT,
        "split_special_tokens": False,
        "unk_token": None,
    }
    text = json.dumps(settings, indent=2, ensure_ascii=False)
    (folder / "tokenizer_config.json").write_text(text + "\n", encoding="utf-8")
