"""Archives that are meant to fill memory, disk or time: each ends soon, in one sentence."""

from __future__ import annotations

import gzip
import struct
import tarfile
import zlib
from pathlib import Path

import pytest
from packing import BASICS, make_tar, make_zip, refused, tree

from grader.classroom.archives import unpack


@pytest.fixture
def room(tmp_path) -> Path:
    target = tmp_path / "room"
    target.mkdir()
    return target


@pytest.mark.parametrize("size", [-512, -1, -(1 << 40), 1 << 50])
def test_a_tar_with_bad_numbers_ends(tmp_path, room, size):
    """A size that leads backwards, or beyond everything, ends in a sentence and not in a loop."""
    info = tarfile.TarInfo("hw/notes.txt")
    info.size = size
    header = info.tobuf(tarfile.GNU_FORMAT)
    path = tmp_path / "a.tar"
    path.write_bytes(header + header + b"\0" * 1024)
    assert "is damaged" in refused(path, room)


def test_a_header_that_claims_gigabytes_is_not_read(tmp_path, room):
    """The long name of a file is bounded before it is in memory."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 3 << 30
    path = tmp_path / "a.tar"
    path.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + b"a" * 4096)
    assert refused(path, room) == "the archive IT is damaged: a header claims 3221225472 bytes"


def test_headers_within_headers_end(tmp_path, room):
    """A chain of long names that has no file at its end is damage."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1
    path = tmp_path / "a.tar"
    path.write_bytes((info.tobuf(tarfile.GNU_FORMAT) + b"a" + b"\0" * 511) * 3000)
    assert "is damaged" in refused(path, room)


@pytest.mark.parametrize("name", ["a.zip", "a.tgz", "a.tar.bz2", "a.tar.xz"])
def test_a_bomb_is_stopped_while_it_unpacks(tmp_path, room, name):
    """Sources of nothing but zeros: refused by what comes out, whatever the headers say, and little is written."""
    zeros = b"\0" * (1 << 20)
    entries = [(f"a{i}.py", zeros) for i in range(40)]
    mode = {"a.tgz": "w:gz", "a.tar.bz2": "w:bz2", "a.tar.xz": "w:xz"}.get(name)
    path = (
        make_zip(tmp_path / name, *entries)
        if mode is None
        else make_tar(tmp_path / name, *entries, mode=mode)
    )
    assert "unpacks to" in refused(path, room)
    assert sum(p.stat().st_size for p in room.iterdir()) <= 12 << 20


def test_a_bomb_beside_the_sources_of_a_zip_is_not_unpacked(tmp_path, room):
    """What is no source is never decompressed, so a bomb in it costs nothing."""
    path = make_zip(tmp_path / "a.zip", ("basics.py", BASICS), ("weights.bin", b"\0" * (64 << 20)))
    assert unpack(path, room) == ()
    assert tree(room) == {"basics.py": BASICS}


def test_files_that_share_their_bytes_are_counted_each_time(tmp_path, room):
    """A bomb of overlapping files: one block of data that thousands of names point at."""
    data = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = data.compress(b"\0" * (1 << 20)) + data.flush()
    about = struct.pack(
        "<HHHHHIIIHH", 20, 0, 8, 0, 33, zlib.crc32(b"\0" * (1 << 20)), len(block), 1 << 20, 4, 0
    )
    content = b"PK\x03\x04" + about + b"a.py" + block
    names = [f"{i:04}.py".encode() for i in range(2000)]
    about = struct.pack("<HHHHHIII", 20, 0, 8, 0, 33, zlib.crc32(b"\0" * (1 << 20)), len(block), 1 << 20)
    listed = b"".join(
        b"PK\x01\x02"
        + struct.pack("<H", 20)
        + about
        + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0)
        + name
        for name in names
    )
    end = struct.pack("<HHHHIIH", 0, 0, len(names), len(names), len(listed), len(content), 0)
    path = tmp_path / "a.zip"
    path.write_bytes(content + listed + b"PK\x05\x06" + end)
    assert "the archive IT " in refused(path, room)
    assert sum(p.stat().st_size for p in room.iterdir()) <= 12 << 20


def test_archives_in_an_archive_are_not_opened(tmp_path, room):
    """Nested bombs stay packed: there is simply no source in them."""
    inner = make_zip(tmp_path / "i.zip", *((f"{i}.zip", b"\0" * (1 << 20)) for i in range(16))).read_bytes()
    path = make_zip(tmp_path / "a.zip", *((f"lib {i}.zip", inner) for i in range(16)))
    assert refused(path, room) == "the archive IT holds no source file; archives in it are not opened"
    assert tree(room) == {}


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_a_hundred_thousand_files_are_refused(tmp_path, room, make):
    """More names than a submission may have end it before they are all looked at."""
    path = tmp_path / ("a.zip" if make is make_zip else "a.tgz")
    if make is make_zip:
        data = b"PK\x03\x04" + b"\0" * 26
        one = b"PK\x01\x02" + b"\0" * 24 + struct.pack("<H", 8) + b"\0" * 16
        listed = b"".join(one + f"{i:05}.py".encode() for i in range(100_000))
        where = struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, len(listed), len(data), 0)
        path.write_bytes(data + listed + b"PK\x05\x06" + where)
    else:
        with gzip.open(path, "wb", compresslevel=1) as stream:
            stream.write(tarfile.TarInfo("a.txt").tobuf() * 100_000)
    assert "holds more than 20,000 files and folders" in refused(path, room)


def test_two_gigabytes_are_refused_at_once(tmp_path, room):
    """The size of the archive itself is bounded, before a byte of it is read."""
    path = tmp_path / "a.zip"
    with path.open("wb") as stream:
        stream.write(b"PK\x03\x04")
        stream.truncate(2 << 30)
    assert refused(path, room) == "the archive IT has 2,048 MiB; at most 200 MiB are taken"
