"""Sections and undefined symbols of 64-bit little-endian ELF files."""

from __future__ import annotations

import struct

SECTION_HEADER = struct.Struct("<IIQQQQIIQQ")
SYMBOL = struct.Struct("<IBBHQQ")


def sections(data: bytes) -> dict[str, bytes]:
    """Return the contents of each section by name.

    Raises:
        ValueError: The bytes are no 64-bit ELF file.
    """
    if data[:5] != b"\x7fELF\x02":
        raise ValueError("not a 64-bit ELF file")
    (table,) = struct.unpack_from("<Q", data, 0x28)
    count, names_index = struct.unpack_from("<HH", data, 0x3C)
    headers = [SECTION_HEADER.unpack_from(data, table + i * SECTION_HEADER.size) for i in range(count)]
    names_offset, names_size = headers[names_index][4:6]
    names = data[names_offset : names_offset + names_size]
    found = {}
    for name_offset, kind, _, _, offset, size, *_ in headers:
        empty = kind == 8  # SHT_NOBITS: no bytes in the file
        found[_string(names, name_offset)] = b"" if empty else data[offset : offset + size]
    return found


def undefined_symbols(data: bytes) -> list[str]:
    """Return the names of the symbols that an object file expects from elsewhere.

    Raises:
        ValueError: The bytes are no 64-bit ELF file.
    """
    found = sections(data)
    table, names = found.get(".symtab", b""), found.get(".strtab", b"")
    rows = [SYMBOL.unpack_from(table, at) for at in range(0, len(table), SYMBOL.size)]
    return [_string(names, row[0]) for row in rows if row[3] == 0 and row[0]]


def _string(names: bytes, offset: int) -> str:
    return names[offset : names.index(b"\0", offset)].decode("utf-8", "replace")
