"""The checks of `batch.batch_generate` that the grader's own model answers: texts, feeds, rows, chunks, ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from grader.course.scenarios.continuous import Play, Setting, by_index, judge_problem, play, results, shown

if TYPE_CHECKING:
    from grader.run.bench import Bench


def _played(bench: Bench, public: Setting, *hidden: Setting) -> Iterator[tuple[Setting, Play, object]]:
    """Yield the settings with what came of them: one public, and the hidden ones if they count."""
    for index, setting in enumerate((public, *hidden)):
        bench.public = index == 0
        if not bench.public and not bench.include_hidden:
            break
        made, value = play(bench, setting, index + 1)
        judge_problem(bench, made)
        yield setting, made, value
        bench.done()


def _judge_texts(bench: Bench, made: Play, value: object) -> None:
    """Fail unless the texts are right, under whatever index: those are judged by one check alone."""
    got = sorted(text for _, text in results(bench, value, len(made.asked)))
    want = sorted(a.text.strip() for a in made.asked)
    if got != want:
        missing = [text for text in want if text not in got]
        other = [text for text in got if text not in want]
        bench.fail("wrong-text", f"among the texts: {shown(missing[:1])}", shown(other[:1]))


def _judge_indices(bench: Bench, made: Play, value: object) -> None:
    got = by_index(bench, results(bench, value, len(made.asked)))
    want = {a.index: a.text.strip() for a in made.asked}
    for index, text in want.items():
        if got[index] == text:
            continue
        others = [i for i in want if want[i] == got[index]]
        hint = ""
        if others:
            hint = (
                f"that is the text of prompt {others[0]}: keep prompt_idx with the request, not with the row"
            )
        kind = "wrong-index" if others else "wrong-text"
        bench.fail(kind, f"prompt {index} gets {shown([text])}", shown([got[index]]), hint)


def every_text_is_its_own(bench: Bench) -> None:
    """Every prompt gets the text that it gets alone, under its own index, in any company."""
    public = Setting(((5, 4), (2, 7), (7, 3)), 2)
    hidden = (
        Setting(((3, 9), (8, 2), (1, 5), (6, 6)), 3, 4),
        Setting(((2, 3), (9, 8), (4, 1), (1, 6), (5, 5)), 5, 128),
    )
    for _, made, value in _played(bench, public, *hidden):
        _judge_indices(bench, made, value)


def more_prompts_than_rows(bench: Bench) -> None:
    """With more prompts than `batch_size`, rows are used again, never more than `batch_size` of them."""
    public = Setting(((3, 4), (2, 2), (5, 3), (1, 5), (4, 1)), 2)
    hidden = (Setting(((2, 5), (6, 1), (3, 3), (4, 2), (1, 4), (5, 6), (2, 2)), 3, 2),)
    for setting, made, value in _played(bench, public, *hidden):
        _judge_rows(bench, setting, made)
        _judge_texts(bench, made, value)


def _judge_rows(bench: Bench, setting: Setting, made: Play) -> None:
    most = max((len(call.ids) for call in made.calls), default=0)
    if most > setting.batch_size:
        what = f"calls of at most batch_size={setting.batch_size} rows"
        bench.fail("wrong-shape", what, f"a call of {most} rows")


def eos_at_any_step(bench: Bench) -> None:
    """A request ends when the model answers EOS, at its first token too, and the others go on."""
    public = Setting(((3, 0), (2, 5), (4, 1)), 3)
    hidden = (Setting(((1, 0), (5, 0), (2, 4), (3, 0), (6, 1)), 2),)
    for _, made, value in _played(bench, public, *hidden):
        _judge_texts(bench, made, value)


def feeds_each_token_once(bench: Bench) -> None:
    """Every token of every request is fed once, in order, at its own offset."""
    public = Setting(((5, 4), (2, 6), (7, 3)), 2)
    hidden = (Setting(((4, 6), (9, 2), (1, 7), (3, 3)), 3, 4),)
    for _, made, _ in _played(bench, public, *hidden):
        for request, position, offset in made.offsets:
            if position == offset:
                continue
            hint = ""
            if offset == 0:
                hint = "the offset of a request grows with every token that is fed"
            elif abs(offset - position) == 1:
                hint = "the offset is off by one: the newest token is not in the cache yet"
            what = f"prompt {request} is fed its token {position + 1} at offset {position}"
            bench.fail("wrong-offset", what, f"offset {offset}" if offset >= 0 else "no offset per row", hint)
        late = [a for a in made.asked if a.fed < len(a.whole)]
        if late:
            what = f"prompt {late[0].index}: {len(late[0].whole)} tokens fed, each once and in order"
            bench.fail("wrong-feed", what, f"{late[0].fed} of them")


def chunks(bench: Bench) -> None:
    """A prompt is prefilled in pieces of at most `prefill_step` tokens, whatever its length."""
    public = Setting(((7, 3), (4, 2)), 2, 3)
    hidden = (
        Setting(((10, 2), (5, 4), (4, 1), (1, 3)), 2, 4),
        Setting(((5, 2), (3, 2)), 2, 1),
    )
    for setting, made, value in _played(bench, public, *hidden):
        longest = max((len(call.ids[0]) for call in made.calls), default=0)
        if longest > setting.prefill_step:
            what = f"no call feeds more than prefill_step={setting.prefill_step} tokens of a prompt"
            bench.fail("wrong-feed", what, f"a call feeds {longest}")
        _judge_texts(bench, made, value)


def decodes_together(bench: Bench) -> None:
    """Requests decode in one call, and a row that becomes free is taken while the others go on."""
    public = Setting(((3, 3), (2, 24), (4, 4)), 2)
    hidden = (Setting(((2, 30), (5, 2), (3, 3), (4, 4)), 2, 3),)
    for _, made, value in _played(bench, public, *hidden):
        together = max((sum(i >= 0 for i in live) for live in made.live), default=0)
        if together < 2:
            bench.fail(
                "not-batched", "calls that decode two requests at once", "every call feeds one request"
            )
        longest = max(made.asked, key=lambda a: len(a.answer))
        last = made.asked[-1]
        if last.first_call < 0 or last.first_call > longest.last_call:
            what = f"prompt {last.index} begins when a row becomes free, beside prompt {longest.index}"
            hint = "static batching: a row that is done waits for the others; give it to the next request"
            bench.fail("not-batched", what, f"it begins when prompt {longest.index} has ended", hint)
        _judge_texts(bench, made, value)


def one_at_a_time(bench: Bench) -> None:
    """With `batch_size=1` the prompts are answered one after the other."""
    public = Setting(((3, 4), (2, 0), (5, 2)), 1)
    hidden = (Setting(((4, 1), (1, 5), (6, 3)), 1, 2),)
    for setting, made, value in _played(bench, public, *hidden):
        _judge_rows(bench, setting, made)
        _judge_texts(bench, made, value)


def stops_when_full(bench: Bench) -> None:
    """A request that has `max_seq_len` tokens ends there; its text is the beginning of what it would have been."""
    public = Setting(((4, 30), (3, 2)), 2, 128, 12)
    hidden = (Setting(((2, 40), (5, 3), (6, 40)), 2, 3, 16),)
    for setting, made, value in _played(bench, public, *hidden):
        got = [text for _, text in results(bench, value, len(made.asked))]
        for asked in made.asked:
            words = asked.text.split()
            text = next((t for t in got if t.split()[:1] == words[:1]), "")  # no two answers share a word
            room = setting.max_seq_len - len(asked.prompt)
            count = len(text.split())
            fits = count == len(asked.answer) if len(asked.answer) <= room - 2 else abs(count - room) <= 2
            if not fits or words[:count] != text.split():
                what = f"prompt {asked.index} gets about {min(room, len(asked.answer))} words of its answer"
                bench.fail("wrong-text", what, f"{count} words: {shown([text])}")
