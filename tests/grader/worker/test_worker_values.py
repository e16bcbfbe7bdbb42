"""Values cross into a worker and back without a bit changed, and calls find what they name."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from grader.worker import wire
from grader.worker.client import Array, Dtype, Fault, Handle, Worker

Basics = Callable[..., Worker]

ECHO = """
    import mlx.core as mx
    import numpy as np

    def same(x):
        return x

    def is_mx(x):
        return isinstance(x, mx.array)
"""


@pytest.mark.parametrize("dtype", wire.ITEM_BYTES)
def test_every_dtype_survives_the_worker_bit_for_bit(basics: Basics, dtype: str) -> None:
    """Wire to MLX to wire is the identity, for matrices, scalars and empty arrays."""
    worker = basics(ECHO)
    size = wire.ITEM_BYTES[dtype]
    # small bytes: valid booleans, and finite numbers in every floating type
    data = bytes([0, 1] * (3 * size))
    arrays = [Array(dtype, (2, 3), data), Array(dtype, (), data[:size]), Array(dtype, (0, 2), b"")]
    assert worker.call("basics.same", [arrays]).value == arrays
    assert worker.call("basics.is_mx", [arrays[0]]).value is True


def test_special_halves_survive(basics: Basics) -> None:
    """Infinities, NaN payloads and subnormals of both half types keep their bits."""
    bits = struct.pack("<6H", 0x7C00, 0xFC00, 0x7E01, 0x0001, 0x7F80, 0xFFC1)
    worker = basics(ECHO)
    for dtype in ("float16", "bfloat16"):
        assert worker.call("basics.same", [Array(dtype, (6,), bits)]).value == Array(dtype, (6,), bits)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -5,
        1 << 63,
        2.5,
        "tëxt",
        [1, [2]],
        (1, (2,)),
        {"a": {1: None}},
        slice(1, 4),
        Dtype("float16"),
    ],
    ids=repr,
)
def test_plain_values_survive_the_worker(basics: Basics, value: object) -> None:
    """Everything the wire carries can be an argument and a result."""
    assert basics(ECHO).call("basics.same", [value]).value == value


def test_results_of_other_makes_are_understood(basics: Basics) -> None:
    """Views, numpy arrays and scalars, subclasses of containers; anything else becomes a handle."""
    worker = basics(
        """
        import collections, enum
        import mlx.core as mx
        import numpy as np
        Pair = collections.namedtuple("Pair", "a b")

        def results():
            transposed = mx.array([[1, 2], [3, 4]], dtype=mx.int16).T
            big_endian = np.array([1, 2], dtype=">i2")
            return [transposed, transposed.astype(mx.bfloat16), np.float32(1),
                    np.arange(3, dtype=np.uint8)[::2],
                    big_endian, Pair(1, 2), collections.OrderedDict(a=1), mx.float32, {1, 2}, {(1, 2): 3}]
        """
    )
    value = worker.call("basics.results").value
    assert value[:8] == [
        Array("int16", (2, 2), struct.pack("<4h", 1, 3, 2, 4)),
        Array("bfloat16", (2, 2), struct.pack("<4H", 0x3F80, 0x4040, 0x4000, 0x4080)),
        Array("float32", (), struct.pack("<f", 1)),
        Array("uint8", (2,), b"\x00\x02"),
        Array("int16", (2,), struct.pack("<2h", 1, 2)),
        (1, 2),
        {"a": 1},
        Dtype("float32"),
    ]
    assert [type(item) for item in value[8:]] == [Handle, Handle]
    assert [item.type_name for item in value[8:]] == ["set", "dict"]


def test_objects_stay_in_the_worker_and_can_be_called(basics: Basics) -> None:
    """A class is called for a handle, the handle and its methods are called, and it keeps its state."""
    worker = basics(
        """
        class Counter:
            def __init__(self, start):
                self.n = start
            def add(self, k=1):
                self.n += k
                return self.n
            def __call__(self):
                return self.n
        def read(counter):
            return counter.n
        def itself(counter):
            return counter
        """
    )
    counter = worker.call("basics.Counter", [5], as_handle=True).value
    assert counter.type_name == "Counter"
    assert worker.call(counter, method="add", kwargs={"k": 2}).value == 7
    assert worker.call(counter).value == 7
    assert worker.call("basics.read", [counter]).value == 7
    assert worker.call("basics.itself", [counter]).value == counter
    worker.release(counter)
    with pytest.raises(Fault, match=f"UnknownHandle: no object {counter.id} in this worker"):
        worker.call(counter)


def test_changes_of_arguments_are_echoed_and_do_not_last(basics: Basics) -> None:
    """In-place changes show in the echo, positional and by keyword, and the next call gets fresh copies."""
    worker = basics(
        """
        def spoil(x, y=None):
            before = x[0].item()
            x[0] = 9
            y[1] = 8
            return before
        """
    )
    one = Array("int32", (2,), struct.pack("<2i", 1, 2))
    for _ in range(2):
        reply = worker.call("basics.spoil", [one], {"y": one}, echo=True)
        assert reply.value == 1
        assert reply.args == (Array("int32", (2,), struct.pack("<2i", 9, 2)),)
        assert reply.kwargs == {"y": Array("int32", (2,), struct.pack("<2i", 1, 8))}
    assert worker.call("basics.spoil", [one], {"y": one}).args is None


def test_both_editions_of_a_signature_are_called(basics: Basics) -> None:
    """`optional` goes only where it is required, `drop` only where it is not accepted."""
    worker = basics(
        """
        class Old:
            def __call__(self, x, offset, mask=None):
                return ("old", x, offset, mask)
        def new(x, mask=None):
            return ("new", x, mask)
        def default(x, offset=7):
            return ("default", x, offset)
        def anything(*args, **kwargs):
            return (args, kwargs)
        """
    )
    fit = {"optional": {"offset": 0}, "drop": ("mask",)}
    old = worker.call("basics.Old", as_handle=True).value
    assert worker.call(old, [1], {"mask": 2}, **fit).value == ("old", 1, 0, 2)
    assert worker.call("basics.new", [1], {"mask": 2}, **fit).value == ("new", 1, 2)
    assert worker.call("basics.default", [1], {"mask": 2}, **fit).value == ("default", 1, 7)
    assert worker.call("basics.anything", [1], {"mask": 2}, **fit).value == ((1,), {"mask": 2})


def test_seed_makes_calls_repeatable(basics: Basics) -> None:
    """The same seed, 0 included, gives the same numbers from MLX, numpy and Python."""
    worker = basics(
        """
        import random
        import mlx.core as mx
        import numpy as np
        def draw():
            return [mx.random.uniform(), float(np.random.rand()), random.random()]
        """
    )
    zero, one, again = (worker.call("basics.draw", seed=seed).value for seed in (0, 1, 0))
    assert zero == again
    assert all(a != b for a, b in zip(zero, one, strict=True))


def test_repeated_call_gets_fresh_arguments_and_returns_all_results(basics: Basics) -> None:
    """One request, many calls: the results in order, the signature fitted, in-place changes not carried on."""
    worker = basics(
        """
        count = 0
        def spoil(x, offset):
            global count
            count += 1
            x[0] = x[0] + offset
            return [count, x]
        """
    )
    two, three = (Array("int32", (1,), struct.pack("<i", number)) for number in (2, 3))
    reply = worker.call(
        "basics.spoil", [two], {"mask": 1}, optional={"offset": 1}, drop=("mask",), repeat=3, echo=True
    )
    assert reply.value == [[1, three], [2, three], [3, three]]
    assert reply.args == (three,)


def test_200_calls_return_their_own_results(basics: Basics) -> None:
    """No reply is mixed up with another."""
    worker = basics(ECHO)
    assert [worker.call("basics.same", [i]).value for i in range(200)] == list(range(200))


def test_printed_text_belongs_to_its_call(basics: Basics) -> None:
    """What a call prints, on either stream and with or without a newline, comes with its reply, cleaned."""
    worker = basics(
        """
        import os, sys
        def speak(word):
            print(word, end="")
            print("\\x1b[1mloud", file=sys.stderr)
            os.write(1, b"\\xff\\n")
        """
    )
    assert worker.call("basics.speak", ["one"]).printed in (
        "\\x1b[1mloud\n\\xff\none",
        "one\\x1b[1mloud\n\\xff\n",
    )
    assert "two" in worker.call("basics.speak", ["two"]).printed
    assert "two" not in worker.call("basics.speak", ["three"]).printed


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("basics.absent", "basics.py does not define absent"),
        ("absent.softmax", "there is no absent.py in the submission"),
        ("basics.same.absent", "basics.py does not define same.absent"),
    ],
)
def test_missing_target_is_named(basics: Basics, target: str, text: str) -> None:
    """A name that the submission lacks is a fault of its own kind, and the worker goes on."""
    worker = basics(ECHO)
    with pytest.raises(Fault) as caught:
        worker.call(target)
    assert (caught.value.kind, caught.value.exception) == ("ERROR", "MissingTarget")
    assert caught.value.text == text
    assert worker.call("basics.same", [1]).value == 1
