"""A page as a tree, for tests: read with html.parser, strict about balance.

`parse` fails on a tag that is not closed, closed twice or closed in the wrong order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "link", "img", "hr", "input"}


@dataclass
class Node:
    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def all(self, tag: str = "", **attrs: str) -> list[Node]:
        """Return the nodes of this tag whose attributes have these values; `cls` is one of the classes."""
        wanted = attrs.pop("cls", None)
        return [
            node
            for node in self.walk()
            if (not tag or node.tag == tag)
            and (wanted is None or wanted in node.attrs.get("class", "").split())
            and all(node.attrs.get(name) == value for name, value in attrs.items())
        ]

    def one(self, tag: str = "", **attrs: str) -> Node:
        found = self.all(tag, **attrs)
        assert len(found) == 1, f"{len(found)} nodes for {tag} {attrs}"
        return found[0]

    def raw(self) -> str:
        """Return the text as it stands."""
        return "".join(child if isinstance(child, str) else child.raw() for child in self.children)

    def text(self) -> str:
        """Return the text with every run of white space as one space."""
        parts = (child if isinstance(child, str) else f" {child.text()} " for child in self.children)
        return re.sub(r"\s+", " ", re.sub(r"\s+([,.;:)])", r"\1", "".join(parts))).strip()

    def rows(self) -> list[list[str]]:
        """Return the cells of a table's rows, head included."""
        return [[cell.text() for cell in row.children if isinstance(cell, Node)] for row in self.all("tr")]


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack = [Node("document")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute twice in {tag} {attrs}"
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.stack[-1].children.append(node)
        if tag not in VOID:
            self.stack.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.stack[-1].children.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack[-1].tag == tag, f"</{tag}> closes <{self.stack[-1].tag}> at {self.getpos()}"
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        self.stack[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")


def parse(page: str) -> Node:
    """Return the page as a tree."""
    builder = _Builder()
    builder.feed(page)
    builder.close()
    assert [node.tag for node in builder.stack] == ["document"], "a tag is not closed"
    return builder.stack[0]
