"""Sequences that a submission's model is fed in pieces, beside the submission's own caches.

A cache is never looked into: layouts, names and the number of values that it returns differ between right
submissions. What comes out of the model is what is judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from grader.course.arrays import make
from grader.course.checkpoints import config
from grader.course.model import Checkpoint
from grader.worker.wire import Handle

if TYPE_CHECKING:
    from grader.run.bench import Bench

MODEL = "qwen2_week2.Qwen2ModelWeek2"
CACHE = "kv_cache.TinyKvFullCache"
VOCABULARY = 256  # of every random checkpoint


@dataclass(frozen=True)
class Span:
    """Which tokens of a sequence one call feeds: `start` to `stop`, the positions at which all rows of the call
    begin, and how many keys the longest row holds more."""

    start: int
    stop: int
    starts: tuple[int, ...] = ()
    padding: int = 0


@dataclass(frozen=True)
class Fed:
    """One row of a call: its whole sequence, and the pieces in which it has been fed so far, this one last."""

    whole: tuple[int, ...]
    pieces: tuple[Span, ...]

    @property
    def start(self) -> int:
        """The position of the first token of this call."""
        return self.pieces[-1].start

    @property
    def length(self) -> int:
        """How many tokens this call feeds."""
        return self.pieces[-1].stop - self.start


@dataclass(frozen=True)
class Step:
    """One call: its rows (None: a free one), what came back, and what it is called in a message."""

    rows: tuple[Fed | None, ...]
    value: Any
    called: str


@dataclass
class Model:
    """The submission's model of a checkpoint, and everything that it has answered."""

    bench: Bench
    checkpoint: Checkpoint
    handle: Handle
    steps: list[Step] = field(default_factory=list)

    @property
    def layers(self) -> int:
        """How many caches a call takes."""
        return int(config(self.checkpoint.name)["num_hidden_layers"])

    @property
    def name(self) -> str:
        """What it is called in a message."""
        return f"{MODEL}(<{self.checkpoint.name}, {self.checkpoint.dtype}>)"

    def caches(self) -> list[Handle]:
        """Return a fresh cache for every layer."""
        self.bench.called = f"{CACHE}()"
        return [self.bench.construct(CACHE) for _ in range(self.layers)]

    def call(
        self,
        rows: Sequence[Fed | None],
        ids: list[list[int]],
        offset: int | list[int],
        caches: list[Handle],
        note: str,
    ) -> None:
        """Feed `ids [B, L]` and keep the answer."""
        form = f"int32[{len(ids)}, {len(ids[0])}]"
        called = f"{self.name}({form}, offset={offset}, cache): {note}"
        self.bench.called = called
        value = self.bench.call(self.handle, make(ids, "int32"), offset, caches, complete=True).value
        self.steps.append(Step(tuple(rows), value, called))

    def judge(self) -> None:
        """Judge every answer so far, and forget them.

        Raises:
            Failed: one is not right.
        """
        self.bench.judge(self.steps, self.checkpoint)
        self.steps.clear()
        self.bench.done()


def build(bench: Bench, name: str, dtype: str = "float32", flash: bool = False) -> Model:
    """Let the submission build its model of a random checkpoint."""
    checkpoint = Checkpoint(name, dtype, bench.public)
    bench.called = f"{MODEL}(<{name}, {dtype}>, enable_flash_attn={flash})"
    tree = bench.tree(checkpoint)
    drop = () if flash else ("enable_flash_attn",)
    handle = bench.construct(MODEL, tree, drop=drop, enable_flash_attn=flash)
    return Model(bench, checkpoint, handle)


@dataclass
class Request:
    """One sequence beside caches of its own, fed from the beginning."""

    model: Model
    whole: tuple[int, ...]
    caches: list[Handle]
    pieces: tuple[Span, ...] = ()

    @property
    def position(self) -> int:
        """How many tokens have been fed."""
        return self.pieces[-1].stop if self.pieces else 0

    def feed(self, count: int) -> None:
        """Feed the next `count` tokens in one call."""
        start = self.position
        ids = list(self.whole[start : start + count])
        self.pieces = (*self.pieces, Span(start, start + len(ids), (start,)))
        note = f"tokens {start + 1} to {start + len(ids)} of a sequence"
        if start:
            note += f" after {_many(len(self.pieces) - 1, 'call')} with the same caches"
        self.model.call([Fed(self.whole, self.pieces)], [ids], start, self.caches, note)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def request(model: Model, length: int, index: int) -> Request:
    """Return a random sequence with fresh caches."""
    rng = model.bench.generator(model.bench.public, index)
    whole = tuple(int(i) for i in rng.integers(0, VOCABULARY, length))
    return Request(model, whole, model.caches())
