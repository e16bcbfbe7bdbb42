"""Continuous batching gives every prompt the text that it gets alone, in any company, and feeds what it should."""

import random

import pytest
from week2_stand_ins import EOS, LETTERS, Letters, Reader, alone, next_token

from reference.batch import Request, batch_generate
from reference.generate import simple_generate_with_kv_cache


def prompts_of(seed, count, longest):
    """Return random prompts, some of length 1, some twice."""
    rng = random.Random(seed)
    prompts = ["".join(rng.choices(LETTERS, k=rng.randint(1, longest))) for _ in range(count)]
    return [*prompts, rng.choice(LETTERS), prompts[0]]


@pytest.mark.parametrize("seed", range(12))
def test_every_text_is_what_the_prompt_gets_alone(seed):
    """Any mix of lengths, slots and chunk sizes; EOS at any step; results carry the right index."""
    rng = random.Random(seed)
    prompts = prompts_of(seed, count=rng.randint(0, 9) or 1, longest=rng.choice([1, 3, 20]))
    options = {"batch_size": rng.randint(1, 6), "prefill_step": rng.choice([1, 2, 3, 7, 128])}
    got = batch_generate(Reader(), Letters(), prompts, **options)
    assert got == [(i, alone(prompt)) for i, prompt in enumerate(prompts)]


def test_the_random_prompts_reach_the_corners():
    """Among them are texts that end with their first token, texts of one token, long ones, and prompts of one."""
    prompts = [p for seed in range(12) for p in prompts_of(seed, 9, 20)]
    lengths = [len(alone(prompt)) for prompt in prompts]
    assert {0, 1, 2, 3} <= set(lengths)
    assert max(lengths) > 12
    assert 1 in map(len, prompts)


@pytest.mark.parametrize("prompt", ["a", "hello", *(p for p in LETTERS if alone(p) == "")])
def test_alone_with_a_cache(prompt, capsys):
    """The same texts come from the single request, which prints them and feeds no token twice."""
    model = Reader()
    assert simple_generate_with_kv_cache(model, Letters(), prompt) == alone(prompt)
    assert capsys.readouterr().out == alone(prompt) + "\n"
    fed = [token for inputs, _ in model.calls for token in inputs[0]]
    assert fed == Letters().encode(prompt + alone(prompt))
    assert [offset for _, offset in model.calls] == [0, *range(len(prompt), len(fed))]


def test_alone_prints_as_it_goes(capsys):
    """What is printed before a step is the text that is complete by then: all but the newest letter."""
    prompt = next(p for p in LETTERS if len(alone(p)) >= 4)
    reader, printed = Reader(), []

    class Watched(Reader):
        def __call__(self, *given):
            printed.append(capsys.readouterr().out)
            return reader(*given)

    simple_generate_with_kv_cache(Watched(), Letters(), prompt)
    assert printed == ["", "", *alone(prompt)[:-1]]
    assert capsys.readouterr().out == alone(prompt)[-1] + "\n"


def test_no_prompts_no_results():
    """An empty list is answered with an empty list."""
    assert batch_generate(Reader(), Letters(), []) == []


def test_rounds_by_hand():
    """One piece of a waiting prompt a round, then one token for every row; a freed row is taken at once."""
    model = Reader(num_hidden_layers=1)
    prompts = ["k" * 5, "b"]
    batch_generate(model, Letters(), prompts, batch_size=2, prefill_step=2, max_seq_len=6)
    k, first = LETTERS.index("k"), next_token([10] * 5)
    assert list(model.calls[:3]) == [([[k, k]], 0), ([[k, k]], 2), ([[k]], 4)]
    assert first != EOS
    assert model.calls[3] == ([[first], [0]], [5, 0])  # the second row is free
    assert model.calls[4] == (
        [[1]],
        0,
    )  # the second prompt is prefilled while the first one decodes or has gone


def test_a_prefill_does_not_hold_up_the_others():
    """Between two pieces of a long prompt every running request gets one token."""
    long = "z" * 9
    running = next(p for p in LETTERS if len(alone(p)) >= 6)
    model = Reader(num_hidden_layers=1)
    batch_generate(model, Letters(), [running, long], batch_size=2, prefill_step=3)
    pieces = [i for i, (inputs, _) in enumerate(model.calls) if len(inputs[0]) == 3]
    assert pieces == [2, 4, 6]
    for i in (1, 3, 5):
        inputs, offsets = model.calls[i]
        assert (len(inputs), offsets) == (2, [1 + i // 2, 0])


def test_no_more_rows_than_prompts():
    """A batch for five with two prompts computes two rows."""
    model = Reader()
    batch_generate(model, Letters(), ["a", "b"], batch_size=5)
    assert {len(inputs) for inputs, _ in model.calls} == {1, 2}


@pytest.mark.parametrize("max_seq_len", [5, 6, 8])
def test_a_full_cache_ends_a_request(max_seq_len):
    """At most `max_seq_len` tokens are fed; the token chosen last is the last of the text; others go on."""
    prompts = ["abcde", "fg", "h", "ijkl", "mnopq"]
    got = batch_generate(Reader(), Letters(), prompts, max_seq_len=max_seq_len, batch_size=2)
    assert got == [(i, alone(p, max_seq_len)) for i, p in enumerate(prompts)]
    assert any(len(p + text) == max_seq_len + 1 for p, (_, text) in zip(prompts, got, strict=True))


@pytest.mark.parametrize(
    ("prompts", "options", "message"),
    [
        (["a", "abcd"], {"max_seq_len": 3}, "prompt 1 has 4 tokens, max_seq_len is 3"),
        (["a", ""], {}, r"prompt 1 \(''\) has no tokens"),
        (["a"], {"batch_size": 0}, r"batch_size \(0\) must be at least 1"),
        (["a"], {"prefill_step": 0}, r"prefill_max_step \(0\) must be at least 1"),
        (["a"], {"max_seq_len": 0}, "prompt 0 has 1 tokens, max_seq_len is 0"),
    ],
)
def test_what_cannot_be_served_raises_before_anything_is_computed(prompts, options, message):
    """One sentence with the value and the bound."""
    model = Reader()
    with pytest.raises(ValueError, match=message):
        batch_generate(model, Letters(), prompts, **options)
    assert model.calls == []


def test_a_request_step_by_step():
    """Pieces of two, then the first token; after that the caller decodes; one more prefill is an error."""
    model = Reader()
    request = Request(model, Letters(), "abcde", prefill_max_step=2, prompt_idx=7)
    seen = []
    while not request.is_prefill_done:
        assert request.new_tokens == []
        request.try_prefill()
        seen.append(request.offset)
    assert seen == [2, 4, 5]
    assert list(model.calls) == [([[0, 1]], 0), ([[2, 3]], 2), ([[4]], 4)]
    assert request.new_tokens == [next_token([0, 1, 2, 3, 4])]
    with pytest.raises(ValueError, match="prompt 7 is prefilled: all 5 tokens"):
        request.try_prefill()
    request.decode_done(2)
    request.decode_done(3)
    assert (request.offset, request.is_done) == (7, False)
    request.decode_done(EOS)
    assert (request.offset, request.is_done) == (8, True)
    assert request.text() == LETTERS[next_token([0, 1, 2, 3, 4])] + "cd"


def test_requests_share_nothing():
    """Two requests with one tokenizer, taking turns, each keep their own text."""
    tokenizer = Letters()
    one, two = (Request(Reader(), tokenizer, p) for p in ("a", "b"))
    for first, second in ((2, 5), (3, 6)):
        one.decode_done(first)
        assert two.text() == "" or two.text() == "f"
        two.decode_done(second)
        assert one.text() == "cd"[: len(one.new_tokens)]
    assert (one.text(), two.text(), one.text()) == ("cd", "fg", "cd")
