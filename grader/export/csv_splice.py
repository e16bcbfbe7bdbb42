"""A CSV file as the fields that it has and the bytes that they take, so that one can be replaced and the rest kept.

What is not replaced comes back byte for byte: quoting, order, byte order mark, line ends. Reads as Python's `csv`
does: a quote counts at the beginning of a field only. Knows nothing about what the columns mean.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from grader.errors import UsageError

DELIMITERS = (",", ";", "\t")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


@dataclass(frozen=True)
class Field:
    """One field: its text, and where it lies in the file's text, its quotes included."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Table:
    """A CSV file in records of fields."""

    content: str
    encoding: str
    delimiter: str

    @classmethod
    def parse(cls, data: bytes, expected: frozenset[str], what: str) -> Table:
        """Read a file; the delimiter is the one with which the header has the `expected` names.

        Args:
            data: the file.
            expected: names that have to stand in the header.
            what: what the file is, for messages.

        Raises:
            UsageError: it is not in UTF-8 or a single-byte encoding, or has no such header, or a quote is not closed.
        """
        if data.startswith(_WIDE) or b"\0" in data:
            raise UsageError(
                f"{what} is not text in UTF-8; export it anew, and do not save it with a spreadsheet"
            )
        try:
            content, encoding = data.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            content, encoding = data.decode("latin-1"), "latin-1"
        for delimiter in DELIMITERS:
            table = cls(content, encoding, delimiter)
            if expected <= {field.text.strip() for field in table._record(table._begin)[0]}:
                table.records  # noqa: B018  a quote that is not closed is found here
                return table
        names = ", ".join(sorted(expected))
        raise UsageError(f"{what} has no header with the columns {names}")

    @property
    def _begin(self) -> int:
        return 1 if self.content.startswith("\ufeff") else 0

    @cached_property
    def records(self) -> tuple[tuple[Field, ...], ...]:
        """The records of the file, the header first; empty lines are none."""
        found, at = [], self._begin
        while at < len(self.content):
            fields, at = self._record(at)
            if len(fields) > 1 or fields[0].text:
                found.append(fields)
        return tuple(found)

    @cached_property
    def _field(self) -> re.Pattern[str]:
        plain = f"[^{re.escape(self.delimiter)}\r\n]*"
        return re.compile(f'"((?:[^"]|"")*)"(?!")({plain})|({plain})')

    def _record(self, at: int) -> tuple[tuple[Field, ...], int]:
        """Return the fields of the record that begins at `at`, and where the next one begins."""
        fields = []
        while True:
            match = self._field.match(self.content, at)
            assert match is not None  # its last alternative matches nothing at all
            quoted, rest, bare = match.groups()
            if quoted is None and bare.startswith('"'):
                line = self.content.count("\n", 0, at) + 1
                raise UsageError(f"line {line} opens a quote that is never closed")
            text = bare if quoted is None else quoted.replace('""', '"') + rest
            fields.append(Field(text, at, match.end()))
            at = match.end()
            if self.content.startswith(self.delimiter, at):
                at += 1
                continue
            return tuple(fields), at + (2 if self.content.startswith("\r\n", at) else 1)

    def spliced(self, cells: Mapping[tuple[int, int], str]) -> bytes:
        """Return the file with some fields replaced.

        Args:
            cells: the new text by (record, column); a field that was quoted stays quoted, a record that is too short
                gets the missing fields.
        """
        parts, at = [], 0
        for (row, column), text in sorted(cells.items()):
            record = self.records[row]
            missing = column + 1 - len(record)
            field = record[-1] if missing > 0 else record[column]
            start = field.end if missing > 0 else field.start
            was_quoted = missing <= 0 and self.content.startswith('"', start)
            parts += [
                self.content[at:start],
                self.delimiter * max(missing, 0),
                self._written(text, was_quoted),
            ]
            at = field.end
        parts.append(self.content[at:])
        return "".join(parts).encode(self.encoding)

    def _written(self, text: str, quoted: bool) -> str:
        if quoted or any(c in text for c in (self.delimiter, '"', "\r", "\n")):
            return '"' + text.replace('"', '""') + '"'
        return text
