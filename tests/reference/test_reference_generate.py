"""simple_generate feeds the whole sequence, gives the sampler log-probabilities, stops at EOS and prints."""

import mlx.core as mx
import numpy as np
import pytest

from reference.generate import simple_generate
from reference.models import load

EOS = 4
VOCAB = 6


class Detokenizer:
    """Holds the newest letter back until the next one, or the end, shows that it is complete."""

    def reset(self):
        self.held, self.ready = "", ""

    def add_token(self, token):
        self.ready += self.held
        self.held = "abcdef"[token]

    def finalize(self):
        self.ready += self.held
        self.held = ""

    @property
    def last_segment(self):
        segment, self.ready = self.ready, ""
        return segment


class Letters:
    """A tokenizer with one token per letter."""

    eos_token_id = EOS

    def __init__(self):
        self.detokenizer = Detokenizer()

    def encode(self, text):
        return ["abcdef".index(letter) for letter in text]


class Scripted:
    """A model that predicts `script` one after the other, and records what it was fed."""

    def __init__(self, script):
        self.script, self.fed = list(script), []

    def __call__(self, inputs):
        self.fed.append(inputs.tolist())
        logits = np.full((1, inputs.shape[1], VOCAB), 5.0, dtype=np.float32)
        logits[0, :, 5] = 9.0  # the likeliest everywhere but at the last position
        logits[0, -1] = np.arange(VOCAB) / 10
        logits[0, -1, self.script.pop(0)] = 3.0
        return mx.array(logits)


@pytest.mark.parametrize("greedy", [(), (None,)])
def test_feeds_the_whole_sequence_until_eos(greedy, capsys):
    """Prompt, prompt + 1, prompt + 2, ...; nothing after EOS; the text is returned and printed."""
    model = Scripted([2, 3, 2, EOS, 1])
    assert simple_generate(model, Letters(), "ab", *greedy) == "cdc"
    assert model.fed == [[[0, 1]], [[0, 1, 2]], [[0, 1, 2, 3]], [[0, 1, 2, 3, 2]]]
    assert capsys.readouterr().out == "cdc\n"


def test_nothing_but_eos_is_the_empty_text(capsys):
    """A model that has nothing to say says nothing."""
    assert simple_generate(Scripted([EOS]), Letters(), "a", None) == ""
    assert capsys.readouterr().out == "\n"


def test_the_sampler_gets_log_probabilities_and_has_the_last_word(capsys):
    """Shape [1, V], float32, exp sums to 1; what it returns is fed, whatever the model prefers."""
    model, seen, answers = Scripted([0, 0, 0]), [], [3, 2, EOS]

    def sampler(logprobs):
        seen.append(logprobs)
        return mx.array([answers[len(seen) - 1]], dtype=mx.uint32)

    assert simple_generate(model, Letters(), "b", sampler) == "dc"
    assert model.fed == [[[1]], [[1, 3]], [[1, 3, 2]]]
    logits = np.arange(VOCAB) / 10
    logits[0] = 3.0
    for logprobs in seen:
        assert (logprobs.shape, logprobs.dtype) == ((1, VOCAB), mx.float32)
        assert np.allclose(np.array(logprobs)[0], logits - np.log(np.exp(logits).sum()), atol=1e-6)


def test_prints_as_it_goes(capsys):
    """What is printed before a step is the text that is complete by then."""
    model, printed = Scripted([2, 3, 0, EOS]), []

    def watched(inputs):
        printed.append(capsys.readouterr().out)
        return model(inputs)

    simple_generate(watched, Letters(), "a", None)
    assert printed == ["", "", "c", "d"]
    assert capsys.readouterr().out == "a\n"


def test_an_empty_prompt_raises():
    """There is nothing to continue, and no position to predict from."""
    with pytest.raises(ValueError, match=r"prompt \(''\) has no tokens"):
        simple_generate(Scripted([]), Letters(), "", None)


def test_a_real_tokenizer_puts_split_letters_together(checkpoint, capsys):
    """With mlx-lm's tokenizer of single bytes, letters of two, three and four bytes come out whole."""
    _, tokenizer = load(checkpoint[0])
    text = "ä€𝄞!"
    script = [*tokenizer.encode(text), tokenizer.eos_token_id]
    assert len(script) == 2 + 3 + 4 + 1 + 1

    def model(inputs):
        return mx.where(mx.arange(258) == script[inputs.shape[1] - 2], 1.0, 0.0)[None, None]

    assert simple_generate(model, tokenizer, "hi", None) == text
    assert capsys.readouterr().out == text + "\n"
