"""Stand-ins let the grader play the model, the tokenizer and the sampler, and see everything fed to them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import pytest

from grader.worker.client import Array, Fault, RefuseCall, StopCall, Worker
from grader.worker.faults import CallbackFailed

Basics = Callable[..., Worker]

GENERATE = """
    import mlx.core as mx

    def generate(model, tokenizer, prompt, sampler=None):
        tokens = tokenizer.encode(prompt, add_special_tokens=False)
        detokenizer = tokenizer.detokenizer
        detokenizer.reset()
        for _ in range(100):
            logits = model(mx.array(tokens)[None])[:, -1, :]
            token = sampler(logits) if sampler else mx.argmax(logits, axis=-1)
            token = token.item()
            if token == tokenizer.eos_token_id:
                break
            tokens.append(token)
            detokenizer.add_token(token)
            print(detokenizer.last_segment, end="")
        return detokenizer.text

    def endless(model):
        while True:
            try:
                model(mx.zeros((1, 1), dtype=mx.int32))
            except BaseException:
                pass

    def polite(model):
        try:
            while True: model(mx.zeros((1, 1), dtype=mx.int32))
        except BaseException:
            return "came to an end"

    def once(model, *args, **kwargs):
        return model(*args, **kwargs)

    def attributes(model, tokenizer):
        return [model.num_hidden_layers, tokenizer.eos_token, sorted(tokenizer.eos_token_ids),
                tokenizer.bos_token, tokenizer.vocab_size, len(tokenizer),
                tokenizer.decode([0, 1]), tokenizer.decode(mx.array([1])),
                tokenizer.decode(2), tokenizer.decode([0, 2], skip_special_tokens=True),
                tokenizer.convert_tokens_to_ids("b"), tokenizer.convert_tokens_to_ids(["a", "?"]),
                tokenizer("ab")["input_ids"],
                tokenizer.apply_chat_template([{"role": "user", "content": "hi"}], tokenize=False,
                                              add_generation_prompt=True)]

    class Own:
        scale = 2
        def __call__(self, x, offset=0):
            return x * self.scale + offset
"""

VOCAB = ["a", "b", "</s>"]


def ids(array: Array) -> list[int]:
    """Return the numbers of an int32 array."""
    assert array.dtype == "int32"
    return list(struct.unpack(f"<{len(array.data) // 4}i", array.data))


def one_hot(length: int, token: int) -> Array:
    """Return logits [1, length, 3] that choose `token` at the last place."""
    rows = [0.0] * (3 * length)
    rows[3 * (length - 1) + token] = 1.0
    return Array("float32", (1, length, 3), struct.pack(f"<{3 * length}f", *rows))


def test_generation_is_driven_and_seen_by_the_grader(basics: Basics) -> None:
    """The grader chooses prompt ids and logits, sees every token fed, and the loop ends at its EOS."""
    worker = basics(GENERATE)
    script, fed = iter([1, 0, 1, 2]), []

    def model(tokens: Array) -> Array:
        fed.append(ids(tokens))
        return one_hot(tokens.shape[1], next(script))

    asked = []

    def tokenizer(text: str, method: str, add_special_tokens: bool) -> list[int]:
        asked.append((method, text, add_special_tokens))
        return [0, 0]

    handles = [
        worker.stand_in("model", "model"),
        worker.stand_in("tokenizer", "tokenizer", vocab=VOCAB, eos_token_id=2),
    ]
    reply = worker.call(
        "basics.generate", [*handles, "prompt"], callbacks={"model": model, "tokenizer": tokenizer}
    )
    assert fed == [[0, 0], [0, 0, 1], [0, 0, 1, 0], [0, 0, 1, 0, 1]]
    assert asked == [("encode", "prompt", False)]
    assert (reply.value, reply.printed) == ("bab", "bab")


def test_sampler_is_asked(basics: Basics) -> None:
    """A function stand-in gets the arrays and its answer is used."""
    worker = basics(GENERATE)
    seen, script = [], iter([0, 2])

    def sampler(logits: Array) -> Array:
        seen.append(logits.shape)
        return Array("int32", (1,), struct.pack("<i", next(script)))

    handles = [
        worker.stand_in("model", "model"),
        worker.stand_in("tokenizer", "tokenizer", vocab=VOCAB, eos_token_id=2),
    ]
    callbacks: dict[str, Callable[..., Any]] = {
        "model": lambda tokens: one_hot(tokens.shape[1], 1),
        "tokenizer": lambda text, method, add_special_tokens: [0],
        "sampler": sampler,
    }
    kwargs = {"sampler": worker.stand_in("function", "sampler")}
    assert worker.call("basics.generate", [*handles, "p"], kwargs, callbacks=callbacks).value == "a"
    assert seen == [(1, 3), (1, 3)]


def test_tokenizer_and_model_answer_what_is_not_secret(basics: Basics) -> None:
    """Attributes and decoding need no question; encoding asks."""
    worker = basics(GENERATE)
    model = worker.stand_in("model", "model", num_hidden_layers=2)
    tokenizer = worker.stand_in("tokenizer", "tokenizer", vocab=VOCAB, eos_token_id=2)
    callbacks = {"tokenizer": lambda text, method, add_special_tokens: [7]}
    assert worker.call("basics.attributes", [model, tokenizer], callbacks=callbacks).value == [
        2, "</s>", [2], None, 3, 3, "ab", "b", "</s>", "a", 1, [0, None], [7],
        "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n",
    ]  # fmt: skip


def test_further_arguments_of_a_model_are_passed_on(basics: Basics) -> None:
    """Offsets arrive as numbers, caches as handles, keywords as keywords."""
    worker = basics(GENERATE)
    model = worker.stand_in("model", "model")
    cache = worker.call("basics.Own", as_handle=True).value
    seen = []

    def answer(*args: object, **kwargs: object) -> None:
        seen.append((args, kwargs))

    worker.call("basics.once", [model, 5, [cache]], {"cache": cache}, callbacks={"model": answer})
    assert seen == [((5, [cache]), {"cache": cache})]


def test_observed_callable_is_seen_and_does_its_own_work(basics: Basics) -> None:
    """The grader sees the arguments, the student's object computes, and its attributes show through."""
    worker = basics(GENERATE)
    own = worker.call("basics.Own", as_handle=True).value
    watched = worker.stand_in("observed", "watch", target=own)
    seen = []
    reply = worker.call(
        watched, [3], {"offset": 1}, callbacks={"watch": lambda x, offset: seen.append((x, offset))}
    )
    assert (reply.value, seen) == (7, [(3, 1)])
    assert worker.call(watched, [3], method="__call__", callbacks={"watch": lambda x: None}).value == 6
    assert worker.call(watched, method="__getattr__", args=["scale"]).value == 2


def test_layer_has_the_graders_numbers(basics: Basics) -> None:
    """A quantized layer computes with exactly the packed weights, scales and biases that were given."""
    worker = basics(
        """
        import mlx.core as mx
        def dense(layer):
            return [type(layer).__name__, layer.group_size, layer.bits,
                    mx.dequantize(layer.weight, layer.scales, layer.biases, layer.group_size, layer.bits)]
        """
    )
    packed = Array("uint32", (1, 4), struct.pack("<4I", *[0x76543210] * 4))  # 0 1 2 ... 7, four times
    scales = Array("float32", (1, 1), struct.pack("<f", 0.5))
    biases = Array("float32", (1, 1), struct.pack("<f", -1))
    layer = worker.stand_in("layer", "", weight=packed, scales=scales, biases=biases, group_size=32, bits=4)
    row = struct.pack("<32f", *[0.5 * (i % 8) - 1 for i in range(32)])
    assert worker.call("basics.dense", [layer]).value == [
        "QuantizedLinear", 32, 4, Array("float32", (1, 32), row),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["polite", "endless"])
def test_stopped_call_ends_with_the_graders_reason(basics: Basics, name: str) -> None:
    """StopCall becomes a fault with its reason; swallowing it for ever costs the process."""
    worker = basics(GENERATE)
    model = worker.stand_in("model", "model")
    calls = []

    def answer(tokens: Array) -> Array:
        calls.append(1)
        if len(calls) == 3:
            raise StopCall("fed 3 tokens after EOS")
        return one_hot(1, 0)

    with pytest.raises(Fault) as caught:
        worker.call(f"basics.{name}", [model], callbacks={"model": answer})
    fault = caught.value
    assert (len(calls), fault.text) == (3, "fed 3 tokens after EOS")
    assert (fault.kind, fault.exception) == (("ERROR", "StopCall") if name == "polite" else ("TIMEOUT", ""))
    assert worker.alive is (name == "polite")


def test_deadline_counts_over_all_callbacks(basics: Basics) -> None:
    """Questions do not stop the clock."""
    worker = basics(GENERATE)
    model = worker.stand_in("model", "model")
    with pytest.raises(Fault) as caught:
        worker.call("basics.endless", [model], deadline_s=0.3, callbacks={"model": lambda x: one_hot(1, 0)})
    assert (caught.value.kind, caught.value.text) == ("TIMEOUT", "no result within 0.3 s")


@pytest.mark.parametrize(
    ("args", "text"),
    [
        ([], "model: missing a required argument: 'tokens'"),
        ([1, 2, 3], "model: too many positional arguments"),
        ([5], "ids must be an array, not 5"),
    ],
)
def test_call_that_makes_no_sense_is_the_submissions_mistake(
    basics: Basics, args: list[int], text: str
) -> None:
    """Arguments that a stand-in cannot take raise TypeError in the submission, and its worker goes on."""
    worker = basics(GENERATE)
    model = worker.stand_in("model", "model")

    def answer(tokens: object, offset: int = 0) -> object:
        raise RefuseCall(f"ids must be an array, not {tokens}")

    with pytest.raises(Fault) as caught:
        worker.call("basics.once", [model, *args], callbacks={"model": answer})
    fault = caught.value
    assert (fault.kind, fault.exception, fault.text) == ("ERROR", "TypeError", text)
    assert worker.alive


def test_error_of_a_callback_is_the_graders(basics: Basics) -> None:
    """An exception in the grader's own callback ends the call as such and is never charged to the submission."""
    worker = basics(GENERATE)
    model = worker.stand_in("model", "model")

    def answer(*args: object) -> None:
        raise LookupError("our mistake")

    with pytest.raises(CallbackFailed, match="LookupError: our mistake in the callback model"):
        worker.call("basics.once", [model, 1], callbacks={"model": answer})
    assert not worker.alive


def test_strided_has_the_same_numbers_and_lies_otherwise(basics: Basics) -> None:
    """The shape and the values are those that were given; two axes are swapped in memory, and only there."""
    worker = basics(
        """
        def look(x):
            return [x, list(memoryview(x).strides)]
        """
    )
    given = Array("float32", (1, 2, 3), struct.pack("<6f", *range(6)))
    plain = worker.call("basics.look", [given]).value
    swapped = worker.call("basics.look", [worker.stand_in("strided", "", array=given, axes=(-1, -2))]).value
    assert plain == [given, [24, 12, 4]]
    assert swapped[0] == given
    assert swapped[1][1:] == [4, 8]


SERVED = """
    import mlx.core as mx

    class Own:
        num_hidden_layers = 3
        calls = 0
        def __call__(self, x, offset, cache=None):
            self.calls += 1
            if offset < 0:
                raise ValueError("negative")
            y = x + offset
            x[:] = 9
            return y

    def serve(model, *args, **kwargs):
        return model(mx.array([[1, 2]]), *args, **kwargs), model.num_hidden_layers, model.calls
"""


@pytest.mark.parametrize("shows", [False, True])
def test_reviewed_callable_works_and_the_grader_may_answer_in_its_place(basics: Basics, shows: bool) -> None:
    """Its own call comes first; the grader sees the arguments as they were, the answer if it asks, and replaces it."""
    worker = basics(SERVED)
    own = worker.call("basics.Own", as_handle=True).value
    seen: list[tuple[Any, ...]] = []

    def review(args: list[Any], kwargs: dict[str, Any], answer: Any) -> Array | None:
        seen.append((ids(args[0]), args[1:], kwargs, None if answer is None else ids(answer)))
        return None if len(seen) == 1 else Array("int32", (1,), struct.pack("<i", 7))

    handle = worker.stand_in("reviewed", "review", target=own, shows=shows)
    first, second = (
        worker.call("basics.serve", [handle, 5], {"cache": None}, callbacks={"review": review}).value
        for _ in range(2)
    )
    assert (ids(first[0]), first[1:]) == ([6, 7], (3, 1))
    assert (ids(second[0]), second[1:]) == ([7], (3, 2))
    assert seen == [([1, 2], [5], {"cache": None}, [6, 7] if shows else None)] * 2


def test_reviewed_callable_raises_unless_it_is_forgiven(basics: Basics) -> None:
    """An exception of the submission's model is its own; with `forgives`, and without a model, the grader answers."""
    worker = basics(SERVED)
    own = worker.call("basics.Own", as_handle=True).value

    def review(args: list[Any], kwargs: dict[str, Any], answer: Any) -> Array:
        assert answer is None
        return Array("int32", (1,), struct.pack("<i", 7))

    strict = worker.stand_in("reviewed", "review", target=own, shows=True)
    with pytest.raises(Fault, match="negative"):
        worker.call("basics.serve", [strict, -1], callbacks={"review": review})
    for handle in (
        worker.stand_in("reviewed", "review", target=own, shows=True, forgives=True),
        worker.stand_in("reviewed", "review", num_hidden_layers=3, calls=0),
    ):
        value = worker.call("basics.serve", [handle, -1], callbacks={"review": review}).value
        assert (ids(value[0]), value[1]) == ([7], 3)


def test_everybody_gets_a_fresh_detokenizer_if_that_is_asked_for(basics: Basics) -> None:
    """As in mlx-lm since 2025; without it there is one for everybody, as before."""
    worker = basics("""
        def texts(tokenizer):
            one, two = tokenizer.detokenizer, tokenizer.detokenizer
            one.add_token(0)
            two.add_token(1)
            return [one.text, two.text]
    """)
    for fresh, texts in ((True, ["a", "b"]), (False, ["ab", "ab"])):
        handle = worker.stand_in("tokenizer", "t", vocab=VOCAB, eos_token_id=2, fresh=fresh)
        assert worker.call("basics.texts", [handle]).value == texts
