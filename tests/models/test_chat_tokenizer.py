"""The shipped tokenizer: Qwen's ChatML, Qwen's way to cut text, nothing lost on the way back."""

from __future__ import annotations

from pathlib import Path

import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from models.chat_tokenizer import train_tokenizer


@pytest.fixture(scope="module")
def tokenizer(models: Path) -> PreTrainedTokenizerBase:
    return AutoTokenizer.from_pretrained(models / "qwen2-tiny-4bit")


def test_default_prompt_is_qwen_chatml(tokenizer: PreTrainedTokenizerBase) -> None:
    """A lone user turn gets Qwen2's system turn in front and an open assistant turn behind."""
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": "Hi"}], add_generation_prompt=True, tokenize=False
    )
    assert prompt == (
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
        "<|im_start|>user\nHi<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_own_system_turn_replaces_the_default(tokenizer: PreTrainedTokenizerBase) -> None:
    """Turns come out in order, each closed, and nothing is opened unless asked for."""
    prompt = tokenizer.apply_chat_template(
        [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello"},
        ],
        tokenize=False,
    )
    assert prompt == (
        "<|im_start|>system\nBe brief.<|im_end|>\n"
        "<|im_start|>user\nHi<|im_end|>\n"
        "<|im_start|>assistant\nHello<|im_end|>\n"
    )


def test_special_tokens_are_the_last_ids(tokenizer: PreTrainedTokenizerBase) -> None:
    """As in Qwen2: the three special tokens follow the merges, and the end of a turn is EOS."""
    assert len(tokenizer) == 1024
    assert tokenizer.convert_tokens_to_ids(["<|endoftext|>", "<|im_start|>", "<|im_end|>"]) == [
        1021,
        1022,
        1023,
    ]
    assert (tokenizer.eos_token, tokenizer.pad_token, tokenizer.bos_token) == (
        "<|im_end|>",
        "<|endoftext|>",
        None,
    )


@pytest.mark.parametrize(
    "text",
    [
        "What is a KV cache?",
        "  two  spaces\n\nand lines\t",
        "café 中国 🙂 Straße",
        "don't",
        "\x00\x7f",
        "x" * 300,
    ],
)
def test_decode_gives_the_text_back(tokenizer: PreTrainedTokenizerBase, text: str) -> None:
    """Bytes cover every text: encoding and decoding changes nothing."""
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_digits_stand_alone(tokenizer: PreTrainedTokenizerBase) -> None:
    """Qwen2 never merges digits."""
    assert tokenizer.tokenize("4864") == ["4", "8", "6", "4"]


def test_both_folders_have_the_same_tokenizer(models: Path) -> None:
    """The 4-bit and the float model answer the same ids."""
    for name in ("tokenizer.json", "tokenizer_config.json"):
        assert (models / "qwen2-tiny-4bit" / name).read_bytes() == (
            models / "qwen2-tiny-float" / name
        ).read_bytes()


def test_refuses_a_vocabulary_that_the_texts_cannot_fill() -> None:
    """Ids without a token would be rows that are never trained."""
    with pytest.raises(ValueError, match=r"give 260 tokens, vocab_size \(300\)"):
        train_tokenizer(["aa"], 300)
