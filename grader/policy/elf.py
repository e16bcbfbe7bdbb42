"""Reads the symbols of a relocatable 64-bit ELF file: what it needs, what it defines, what runs at load.

Treats every byte as hostile: offsets are checked, numbers bounded. Knows no other format.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

MAX_SECTIONS = 70_000
MAX_SYMBOLS = 200_000
MAX_NAME_BYTES = 8192

_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_SYMTAB, _INIT_ARRAY = 2, 14
_GLOBAL, _WEAK = 1, 2
_UNDEFINED = 0


@dataclass(frozen=True)
class Symbols:
    """Mangled names."""

    undefined: tuple[str, ...]
    defined: tuple[str, ...]  # global and strong
    initialisers: int


@dataclass(frozen=True)
class _Section:
    name: int
    kind: int
    offset: int
    size: int
    link: int


def read(data: bytes) -> Symbols:
    """Return the symbols of an object file.

    Raises:
        ValueError: no 64-bit little-endian ELF file, or a damaged one.
    """
    try:
        return _read(data)
    except (struct.error, IndexError) as error:
        raise ValueError(f"a damaged object file: {error}") from None


def _read(data: bytes) -> Symbols:
    if data[:6] != b"\x7fELF\x02\x01":
        raise ValueError("no 64-bit little-endian ELF file")
    header = _HEADER.unpack_from(data)
    start, size, count, names = header[6], header[11], header[12], header[13]
    if size != _SECTION.size:
        raise ValueError(f"the size of a section's header is {size}, not {_SECTION.size}")
    first = _section(data, start)
    count = count or first.size  # so many sections that their number stands in the first
    names = first.link if names == 0xFFFF else names
    if count > MAX_SECTIONS:
        raise ValueError(f"{count} sections, the limit is {MAX_SECTIONS}")
    sections = [_section(data, start + i * size) for i in range(count)]
    undefined: set[str] = set()
    defined: set[str] = set()
    for section in sections:
        if section.kind == _SYMTAB:
            _symbols(data, section, sections[section.link], undefined, defined)
    return Symbols(
        tuple(sorted(undefined)), tuple(sorted(defined)), _initialisers(data, sections, sections[names])
    )


def _section(data: bytes, at: int) -> _Section:
    name, kind, _, _, offset, size, link, *_ = _SECTION.unpack_from(data, at)
    return _Section(name, kind, offset, size, link)


def _symbols(data: bytes, table: _Section, names: _Section, undefined: set[str], defined: set[str]) -> None:
    count = table.size // _SYMBOL.size
    if count > MAX_SYMBOLS:
        raise ValueError(f"{count} symbols, the limit is {MAX_SYMBOLS}")
    for i in range(count):
        at, info, _, section, _, _ = _SYMBOL.unpack_from(data, table.offset + i * _SYMBOL.size)
        binding = info >> 4
        if binding not in (_GLOBAL, _WEAK) or not at:
            continue
        name = _name(data, names.offset + at)
        if section == _UNDEFINED:
            undefined.add(name)
        elif binding == _GLOBAL:
            defined.add(name)


def _initialisers(data: bytes, sections: list[_Section], names: _Section) -> int:
    count = 0
    for section in sections:
        name = _name(data, names.offset + section.name)
        if section.kind == _INIT_ARRAY or name.startswith((".init_array", ".ctors", ".preinit_array")):
            count += section.size // 8
    return count


def _name(data: bytes, at: int) -> str:
    end = data.find(b"\0", at, at + MAX_NAME_BYTES)
    return data[at : end if end >= 0 else at + MAX_NAME_BYTES].decode("ascii", "backslashreplace")
