"""A token list that can be walked by its brackets and edited in place, and written out with line markers.

It knows brackets and lines, and nothing about Metal.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Finding, SourceError
from ..tokens import Token, join

CLOSERS = {"(": ")", "[": "]", "{": "}"}
LOOK_AHEAD = 4  # tokens
MAX_GAP = 8  # lines: a longer gap is written as a line marker instead of as line breaks

#: Templates whose argument is a condition: a `&&` between their angles is no sign of a comparison.
TAKES_CONDITION = frozenset({"enable_if", "enable_if_t", "conditional", "conditional_t", "bool_constant"})


class Source:
    """Tokens of one translation unit, their brackets, and the edits made so far.

    Attributes:
        tokens: The tokens; indices into this list are the positions all methods take and return. A few empty ones
            stand behind the last, so that a look ahead needs no bound.
        match: For the index of each bracket, the index of its partner.
        edits: Text that replaces the token at an index.
    """

    def __init__(self, tokens: list[Token]):
        place = (tokens[-1].file, tokens[-1].line) if tokens else ("", 0)
        self.tokens = [*tokens, *(Token("end", "", *place, True) for _ in range(LOOK_AHEAD))]
        self.count = len(tokens)
        self.edits: dict[int, str] = {}
        self.match = self._match_brackets()

    def __len__(self) -> int:
        return self.count

    def text(self, index: int) -> str:
        """Return the token's text, or nothing outside the list."""
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def refuse(self, index: int, rule: str, sentence: str, cure: str = "") -> SourceError:
        """Return the error that refuses the text at ``index``, to be raised."""
        token = self.tokens[min(index, len(self.tokens) - 1)]
        return SourceError([Finding(token.file, token.line, rule, sentence, cure)])

    def _match_brackets(self) -> dict[int, int]:
        match: dict[int, int] = {}
        open_brackets: list[int] = []
        for index, token in enumerate(self.tokens):
            if token.kind != "sign":
                continue
            if token.text in CLOSERS:
                open_brackets.append(index)
            elif token.text in ")]}":
                if not open_brackets or CLOSERS[self.text(open_brackets[-1])] != token.text:
                    raise self.refuse(index, "brackets", f"`{token.text}` closes no bracket.")
                opener = open_brackets.pop()
                match[opener], match[index] = index, opener
        if open_brackets:
            raise self.refuse(
                open_brackets[-1], "brackets", f"`{self.text(open_brackets[-1])}` is never closed."
            )
        return match

    def close(self, index: int) -> int:
        """Return the partner of the bracket at ``index``; the index itself where there is none."""
        return self.match.get(index, index)

    def is_attribute(self, index: int) -> bool:
        """Tell whether ``[[`` starts at ``index``."""
        return self.text(index) == "[" and self.text(index + 1) == "[" and not self.tokens[index + 1].spaced

    def close_angle(self, index: int) -> int | None:
        """Return the ``>`` that closes the template arguments opened at ``index``, or None if that is a comparison."""
        depth = 0
        is_certain = self.text(index - 1) == "template" or self.text(index - 1) in TAKES_CONDITION
        while index < len(self.tokens):
            text = self.text(index)
            if text == "<":
                depth += 1
            elif text == ">" and not self._is_greater_equal(index):
                depth -= 1
                if depth == 0:
                    return index
            elif text in CLOSERS:
                index = self.match[index]
            elif text in (";", ")", "]", "}") or (text in ("&&", "||") and not is_certain):
                return None
            index += 1
        return None

    def _is_greater_equal(self, index: int) -> bool:
        return self.text(index + 1) == "=" and not self.tokens[index + 1].spaced

    def split(self, start: int, end: int, separator: str = ",") -> list[tuple[int, int]]:
        """Split ``[start, end)`` at the separators that stand in no bracket and in no template arguments."""
        parts = []
        first = index = start
        while index < end:
            text = self.text(index)
            if text in CLOSERS:
                index = self.match[index]
            elif text == "<":
                index = self.close_angle(index) or index
            elif text == separator:
                parts.append((first, index))
                first = index + 1
            index += 1
        return [*parts, (first, end)] if first < end else parts

    def join(self, start: int, end: int) -> str:
        """Return the edited text of ``[start, end)`` on one line."""
        parts = []
        for index in range(start, end):
            token = self.tokens[index]
            text = self.edits.get(index, token.text)
            if text:
                parts.append(Token(token.kind, text, token.file, token.line, token.spaced))
        return join(parts)

    def erase(self, start: int, end: int) -> None:
        """Drop the tokens of ``[start, end)``."""
        for index in range(start, end):
            self.edits[index] = ""

    def replace(self, start: int, end: int, text: str) -> None:
        """Write ``text`` on the line of ``start`` in place of ``[start, end)``."""
        self.erase(start, end)
        self.edits[start] = text

    def write(self) -> str:
        """Return the edited text, every token on the line it came from."""
        return "".join(self._pieces())

    def _pieces(self) -> Iterator[str]:
        file, line, fresh = "", 0, True
        last = ""
        for index, token in enumerate(self.tokens):
            text = self.edits.get(index, token.text)
            if not text:
                continue
            gap = token.line - line
            if token.file != file or gap < 0 or gap > MAX_GAP:
                quoted = token.file.replace("\\", "\\\\").replace('"', '\\"')
                yield f'\n# {token.line} "{quoted}"\n'
                file, line, fresh = token.file, token.line, True
            elif gap:
                yield "\n" * gap
                line, fresh = token.line, True
            if not fresh and (token.spaced or (last[-1:] + text[:1]).isidentifier() or index in self.edits):
                yield " "
            yield text
            last, fresh = text, False
            if token.kind == "pragma":
                yield "\n"
                line, fresh = line + 1, True
        yield "\n"
