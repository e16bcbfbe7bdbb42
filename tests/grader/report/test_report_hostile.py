"""Text that came out of a submission stays text: it is shown, and neither runs, nor hides, nor reorders."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import made_up
import pytest
from page_tree import parse

from grader.report import render_student
from grader.report.wording import visible
from grader.result import Result

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style></script></title></pre></dl><svg onload=alert(1)>",
    "<!-- ]]> -->",
    "&lt;b&gt; &amp; &#60;i&#62;",
    "{{ 7 * 7 }}{% for x in y %}{# note #}",
    "javascript:alert(1)",
    "\u202etxt.exe\u2066\u200f\u200b\ufeff\u00ad",
    "\x1b[31mred\x1b[0m\x07\x00\x9b31m\r\x7f",
    "\ud800 alone, \U000f0000 private",
    "e" + "\u0301" * 60,
    "line\nfeed\ttab",
    "http://example.org/ a/../../b",
]

INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ue000-\uf8ff]"
)


def spoiled(value: Any, make: Iterator[str]) -> Any:
    """Return a copy of a result in which every text is the next one that `make` gives."""
    if isinstance(value, enum.Enum) or value is None:
        return value
    if isinstance(value, str):
        return next(make)
    if isinstance(value, tuple):
        return tuple(spoiled(item, make) for item in value)
    if isinstance(value, dict):
        return {
            key if isinstance(key, int) else next(make): spoiled(item, make) for key, item in value.items()
        }
    if is_dataclass(value):
        changed = {field.name: spoiled(getattr(value, field.name), make) for field in fields(value)}
        return replace(value, **changed)
    return value


def numbered(text: str) -> Iterator[str]:
    number = 1000
    while True:
        number += 1
        yield f"{text}#{number}#"


def spoil(result: Result, text: str) -> Result:
    return spoiled(result, numbered(text))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_every_field_adds_no_element_and_no_attribute(text: str) -> None:
    """Whatever the texts are, the page has the tags and attributes that it has for harmless ones."""
    harmless = parse(render_student(spoil(made_up.mixed(), "harmless")))
    hostile = parse(render_student(spoil(made_up.mixed(), text)))
    shape = [(node.tag, sorted(node.attrs)) for node in harmless.walk()]
    assert [(node.tag, sorted(node.attrs)) for node in hostile.walk()] == shape


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is_and_visibly(text: str) -> None:
    """A reader sees every character, the invisible ones spelled out; the browser gets none of those raw."""
    page = render_student(spoil(made_up.mixed(), text))
    assert INVISIBLE.search(page) is None
    assert page.encode("utf-8").decode("utf-8") == page
    raw = parse(page).one("main").raw()
    assert raw.count(visible(text)) > 150


def test_every_text_of_a_result_is_shown_but_for_the_names_that_mean_nothing_to_a_student() -> None:
    """Each text field reaches the page; the exceptions are listed here."""
    result = spoil(made_up.mixed(), "t")
    parsed = parse(render_student(result))
    shown = set(re.findall(r"t#\d+#", parsed.raw()))
    hidden = {text for text in _texts(result) if text not in shown}
    names = {check.name for task in result.tasks for check in task.checks}
    kinds = {check.message.kind for task in result.tasks for check in task.checks if check.message}
    earlier = set(_texts(result.progress))
    assert hidden == names | kinds | earlier


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and not isinstance(value, enum.Enum):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, \u4e2d\u6587, \u05e2\u05d1", "plain, \u4e2d\u6587, \u05e2\u05d1"),
        ("emoji \U0001f600", "emoji \U0001f600"),
        ("a\x00b\x1b[0m\x7f\x9b", r"a\x00b\x1b[0m\x7f\x9b"),
        ("\u202eabc\u2069", r"\u202eabc\u2069"),
        ("a\r\nb\tc", "a\\r\nb\tc"),
        ("\ud800\U000e0041", r"\ud800\U000e0041"),
        ("e\u0301e\u0301", "e\u0301e\u0301"),
        ("e\u0301\u0301\u0301\u0301", r"e\u0301\u0301\u0301\u0301"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(text: str, shown: str) -> None:
    """Letters of every script stay; controls, bidi marks, surrogates and towers of accents become escapes."""
    assert visible(text) == shown
