"""A reader of DWARF line tables (version 4), for machines without addr2line: address to file and line.

Functions that were inlined show the line of their own text; the chain of their callers is not in this table.
"""

from __future__ import annotations

import bisect
import dataclasses
import functools
import struct
from pathlib import Path

from .elf import sections


@dataclasses.dataclass(frozen=True)
class LineTable:
    """Rows of a line table, sorted by address; a row counts up to the next one.

    Attributes:
        addresses: Start of each row.
        places: File and line of each row; None where a sequence has ended.
    """

    addresses: list[int]
    places: list[tuple[str, int] | None]

    def find(self, address: int) -> tuple[str, int] | None:
        """Return the file and line of the code at ``address``; code without a line has that of the code before it."""
        row = bisect.bisect_right(self.addresses, address) - 1
        while row >= 0 and (place := self.places[row]) is not None:
            if place[1]:
                return place
            row -= 1
        return None


@functools.lru_cache(maxsize=16)
def read_line_table(library: Path) -> LineTable:
    """Read the line table of an ELF library; an empty one where there is none to read."""
    data = library.read_bytes()
    rows: list[tuple[int, int, tuple[str, int] | None]] = []
    try:
        cursor = _Cursor(sections(data).get(".debug_line", b""))
        while cursor.left():
            _read_unit(cursor, rows)
    except (struct.error, IndexError, ValueError):
        rows.clear()
    rows.sort(key=lambda row: (row[0], row[1]))
    return LineTable([row[0] for row in rows], [row[2] for row in rows])


class _Cursor:
    """Numbers read one after the other from bytes."""

    def __init__(self, data: bytes, at: int = 0, end: int | None = None):
        self.data, self.at, self.end = data, at, len(data) if end is None else end

    def left(self) -> int:
        return self.end - self.at

    def number(self, size: int) -> int:
        value = int.from_bytes(self.data[self.at : self.at + size], "little")
        self.at += size
        return value

    def signed_byte(self) -> int:
        value = self.number(1)
        return value - 256 if value > 127 else value

    def uleb(self) -> int:
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def sleb(self) -> int:
        start = self.at
        value = self.uleb()
        bits = 7 * (self.at - start)
        return value - (1 << bits) if value >> (bits - 1) else value

    def string(self) -> str:
        end = self.data.index(b"\0", self.at)
        text = self.data[self.at : end].decode("utf-8", "replace")
        self.at = end + 1
        return text


@dataclasses.dataclass
class _Program:
    """Header of one line program (DWARF 4, section 6.2.4)."""

    minimum_instruction: int
    line_base: int
    line_range: int
    opcode_base: int
    operand_counts: list[int]
    files: list[str]


def _read_unit(cursor: _Cursor, rows: list[tuple[int, int, tuple[str, int] | None]]) -> None:
    end = cursor.number(4) + cursor.at
    if cursor.number(2) != 4:
        cursor.at = end
        return
    program_start = cursor.number(4) + cursor.at
    program = _read_header(cursor)
    _run(program, _Cursor(cursor.data, program_start, end), rows)
    cursor.at = end


def _read_header(cursor: _Cursor) -> _Program:
    minimum = cursor.number(1)
    cursor.number(2)  # operations per instruction, default of is_stmt
    line_base, line_range, opcode_base = cursor.signed_byte(), cursor.number(1), cursor.number(1)
    counts = [0, *(cursor.number(1) for _ in range(opcode_base - 1))]
    folders = [""]
    while folder := cursor.string():
        folders.append(folder)
    files = [""]
    while name := cursor.string():
        folder = folders[cursor.uleb()]
        cursor.uleb(), cursor.uleb()
        files.append(name if name.startswith("/") or not folder else f"{folder}/{name}")
    return _Program(minimum, line_base, line_range, opcode_base, counts, files)


def _run(program: _Program, cursor: _Cursor, rows: list[tuple[int, int, tuple[str, int] | None]]) -> None:
    """Run a line program (DWARF 4, section 6.2.5) and add its rows."""
    address, file, line = 0, 1, 1

    def add(place: tuple[str, int] | None) -> None:
        rows.append((address, len(rows), place))

    while cursor.left() > 0:
        opcode = cursor.number(1)
        if opcode >= program.opcode_base:
            step = opcode - program.opcode_base
            address += step // program.line_range * program.minimum_instruction
            line += program.line_base + step % program.line_range
            add((program.files[file], line))
        elif opcode == 0:
            size = cursor.uleb()
            behind = cursor.at + size
            extended = cursor.number(1)
            if extended == 1:  # end of sequence
                add(None)
                address, file, line = 0, 1, 1
            elif extended == 2:
                address = cursor.number(size - 1)
            cursor.at = behind
        elif opcode == 1:
            add((program.files[file], line))
        elif opcode == 2:
            address += cursor.uleb() * program.minimum_instruction
        elif opcode == 3:
            line += cursor.sleb()
        elif opcode == 4:
            file = cursor.uleb()
        elif opcode == 8:
            address += (255 - program.opcode_base) // program.line_range * program.minimum_instruction
        elif opcode == 9:
            address += cursor.number(2)
        else:
            for _ in range(program.operand_counts[opcode]):
                cursor.uleb()
