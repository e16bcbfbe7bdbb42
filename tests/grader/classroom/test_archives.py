"""Unpacking what a student handed in as one file: what is taken, and what is refused in one sentence."""

from __future__ import annotations

import errno
import os
import random
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest
from packing import BASICS, make_tar, make_zip, mine, refused, tree

from grader.classroom import archives, unpacked
from grader.classroom.archives import unpack
from grader.errors import CannotJudge, SubmissionRejected
from grader.worker import submission


@pytest.fixture
def room(tmp_path) -> Path:
    target = tmp_path / "room"
    target.mkdir()
    return target


@pytest.mark.parametrize(
    "name", ["a.zip", "a.ZIP", "a.tar", "a.tar.gz", "a.tgz", "a.tar.bz2", "a.tar.xz", "a.txz"]
)
def test_every_kind_of_archive_gives_its_sources_in_their_folders(tmp_path, room, name):
    """Sources are written as they are; of other files only the folders are left, and junk is not there at all."""
    entries = [
        ("hw/basics.py", BASICS),
        ("./hw/kernels/a.metal", b"m"),
        ("hw/docs/report.pdf", b"%PDF"),
        ("hw/venv/pyvenv.cfg", b"home"),
        ("hw/.git/config", b"[core]"),
        ("hw/__pycache__/a.py", b""),
        ("__MACOSX/hw/._basics.py", b"junk"),
        ("hw/Thumbs.db", b"junk"),
    ]
    suffix = name.rsplit(".", 1)[-1].lower()
    mode = {"gz": "w:gz", "tgz": "w:gz", "bz2": "w:bz2", "xz": "w:xz", "txz": "w:xz"}.get(suffix, "w")
    make = make_zip if suffix == "zip" else make_tar
    path = make(tmp_path / name, *entries, **({} if suffix == "zip" else {"mode": mode}))
    assert unpack(path, room) == ()
    assert tree(room) == {
        "hw": None,
        "hw/basics.py": BASICS,
        "hw/docs": None,
        "hw/kernels": None,
        "hw/kernels/a.metal": b"m",
        "hw/venv": None,
        "hw/venv/pyvenv.cfg": b"home",
    }


def test_what_unpacking_takes_is_what_grading_takes():
    """The kinds of files are those of a submission, and a bound is never tighter than the submission's own."""
    assert unpacked.SOURCES == submission._PACKAGE_KINDS | submission._KERNEL_KINDS
    assert unpacked.MAX_TOTAL_BYTES >= submission.MAX_TOTAL_BYTES
    assert unpacked.MAX_DEPTH >= submission.MAX_DEPTH


@pytest.mark.parametrize(
    "name", ["../x.py", "a/../../x.py", "/etc/x.py", "C:/x.py", "c:x.py", "../" * 40 + "x.py", "..", "a/.."]
)
@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_a_name_outside_of_the_archive_refuses_it(tmp_path, room, make, name):
    """Absolute names, drive letters and `..` are written nowhere."""
    path = make(tmp_path / ("a.zip" if make is make_zip else "a.tgz"), ("basics.py", BASICS), (name, b"bad"))
    assert "lies outside of it" in refused(path, room)
    assert [p.name for p in tmp_path.rglob("*.py")] == ["basics.py"]


def test_a_backslash_refuses_an_archive(tmp_path, room):
    """Whether it is a separator depends on who unpacks, so nobody does."""
    path = make_tar(tmp_path / "a.tgz", ("hw\\..\\basics.py", BASICS))
    assert refused(path, room) == (
        'the archive IT names "hw\\..\\basics.py", with a backslash: pack it with "/"'
    )


def test_links_and_devices_are_left_out_of_a_tar(tmp_path, room):
    """Symbolic and hard links, pipes and devices are noted and not made."""
    kinds = [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE]
    links = [(f"l{i}.py", {"type": kind, "linkname": "/etc/passwd"}) for i, kind in enumerate(kinds)]
    path = make_tar(tmp_path / "a.tar", ("basics.py", BASICS), *links, mode="w")
    assert unpack(path, room) == tuple(f"l{i}.py (a link or a device)" for i in range(5))
    assert tree(room) == {"basics.py": BASICS}


def test_links_and_devices_are_left_out_of_a_zip(tmp_path, room):
    """A zip says in the mode of an entry that it is a link: then it is neither followed nor written."""
    entries = [(mine("l.py", stat.S_IFLNK | 0o777), b"/etc/passwd"), (mine("d.py", stat.S_IFCHR), b"")]
    path = make_zip(tmp_path / "a.zip", ("basics.py", BASICS), *entries)
    assert unpack(path, room) == ("l.py (a link or a device)", "d.py (a link or a device)")
    assert tree(room) == {"basics.py": BASICS}


def test_a_file_cannot_be_written_through_a_link(tmp_path, room):
    """A link to a folder and then a file in it: the file lies in a plain folder."""
    path = make_tar(
        tmp_path / "a.tgz",
        ("hw", {"type": tarfile.SYMTYPE, "linkname": str(tmp_path)}),
        ("hw/basics.py", BASICS),
    )
    assert unpack(path, room) == ("hw (a link or a device)",)
    assert tree(room) == {"hw": None, "hw/basics.py": BASICS}
    assert not (tmp_path / "basics.py").exists()


def test_permissions_are_ours(tmp_path, room):
    """No executable, no set-user-id and no unreadable file or folder comes out."""
    entries = [("hw", {"type": tarfile.DIRTYPE, "mode": 0}), ("hw/basics.py", {"mode": 0o7777})]
    unpack(make_tar(tmp_path / "a.tar", *entries, mode="w"), room)
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((room / "hw").stat().st_mode) == 0o755 & ~umask
    assert stat.S_IMODE((room / "hw/basics.py").stat().st_mode) == 0o644 & ~umask


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_names_that_cannot_be_printed_are_left_out(tmp_path, room, make):
    """Line breaks, escape sequences and text that runs backwards are noted as escapes; HTML is only text."""
    names = ["a\nb.py", "a\x1b[2Jb.py", "a\u202eyp.py", "<b>.py", "ünïcödé.py"]
    path = make(tmp_path / ("a.zip" if make is make_zip else "a.tgz"), *((name, BASICS) for name in names))
    assert unpack(path, room) == tuple(
        f"a{name}.py (its name has characters that cannot be printed)"
        for name in ("\\nb", "\\x1b[2Jb", "\\u202eyp")
    )
    assert tree(room) == {"<b>.py": BASICS, "ünïcödé.py": BASICS}


def test_deep_and_long_names_are_left_out(tmp_path, room):
    """A path that no file system likes is noted, and shown by its beginning."""
    path = make_tar(
        tmp_path / "a.tgz", ("d/" * 60 + "x.py", b""), ("n" * 250 + ".py", b""), ("basics.py", BASICS)
    )
    deep, long = unpack(path, room)
    assert deep == "d/" * 40 + "... (deeper than 32 folders)"
    assert long == "n" * 80 + "... (its name is longer than 200 bytes)"
    assert tree(room) == {"basics.py": BASICS}


@pytest.mark.parametrize("make", [make_zip, make_tar])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_refuse_an_archive(tmp_path, room, make):
    """Nobody can say which of the two is meant; neither overwrites the other."""
    path = make(
        tmp_path / ("a.zip" if make is make_zip else "a.tgz"),
        ("hw/basics.py", BASICS),
        ("hw//basics.py", b"y"),
    )
    assert refused(path, room) == 'the archive IT holds "hw/basics.py" twice: which one counts cannot be said'


def test_a_file_that_is_also_a_folder_refuses_an_archive(tmp_path, room):
    """The same name as a file and as a folder is one sentence."""
    path = make_tar(tmp_path / "a.tgz", ("a.py", BASICS), ("a.py/b.py", BASICS))
    assert refused(path, room) == 'the archive IT names "a.py" both as a file and as a folder'


def test_an_encrypted_zip_is_refused(tmp_path, room):
    """Nobody has the password."""
    path = make_zip(tmp_path / "a.zip", ("basics.py", BASICS))
    data = bytearray(path.read_bytes())
    data[6] |= 1  # flags in the header of the file
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and in the list of names
    path.write_bytes(data)
    assert refused(path, room) == "the archive IT is encrypted"


def test_a_method_that_is_not_taken_refuses_a_zip(tmp_path, room):
    """Only what every program writes is unpacked."""
    path = make_zip(tmp_path / "a.zip", ("basics.py", BASICS), method=zipfile.ZIP_LZMA)
    assert refused(path, room) == "the archive IT is packed in a way that is not taken (method 14)"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.zip", b"", "the archive IT is empty"),
        ("a.zip", b"hello", "the archive IT is no zip archive: it begins like nothing that is known here"),
        ("a.tgz", b"PK\x03\x04" + b"\0" * 600, "the archive IT is no gzip archive: it begins like zip"),
        ("a.tar.xz", b"BZh9" + b"\0" * 600, "the archive IT is no xz archive: it begins like bzip2"),
        ("a.zip", b"PK\x03\x04" + b"\0" * 600, "the archive IT is damaged: File is not a zip file"),
        ("a.tgz", b"\x1f\x8b" + b"\0" * 600, "the archive IT is damaged: Unknown compression method"),
    ],
)
def test_what_is_no_archive_is_refused(tmp_path, room, name, content, sentence):
    """Wrong beginnings are named, with what it is instead."""
    path = tmp_path / name
    path.write_bytes(content)
    assert refused(path, room) == sentence


def test_a_zip_that_is_a_tar_is_refused(tmp_path, room):
    """A name that lies about the kind is one sentence, and not a guess."""
    path = make_tar(tmp_path / "a.zip", ("basics.py", BASICS), mode="w")
    assert refused(path, room) == "the archive IT is no zip archive: it begins like tar"


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz", "a.tar.bz2", "a.tar.xz"])
def test_a_damaged_archive_is_one_sentence(tmp_path, room, name):
    """Cut off anywhere or with any byte changed: unpacked, or refused in one line; never an exception of a decoder."""
    content = bytes(random.Random(1).randrange(256) for _ in range(3000))
    mode = {"a.tar": "w", "a.tgz": "w:gz", "a.tar.bz2": "w:bz2", "a.tar.xz": "w:xz"}.get(name)
    entries = [("basics.py", content), ("hw/attention.py", content[::-1])]
    path = (
        make_zip(tmp_path / name, *entries)
        if mode is None
        else make_tar(tmp_path / name, *entries, mode=mode)
    )
    whole, chance, outcomes = path.read_bytes(), random.Random(0), []
    for number in range(120):
        at = chance.randrange(len(whole))
        changed = whole[:at] if number % 2 else whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]
        path.write_bytes(changed)
        target = room / str(number)
        target.mkdir()
        try:
            unpack(path, target)
        except SubmissionRejected as error:
            outcomes.append(str(error))
        else:
            outcomes.append("")
    words = (
        "is damaged: ",
        " is no ",
        " is empty",
        " holds ",
        " is encrypted",
        " is packed ",
        " lies outside ",
        " has ",
    )
    odd = {
        text for text in outcomes if text and not (text.isprintable() and any(word in text for word in words))
    }
    assert odd == set()
    assert outcomes.count("") < 80  # a changed byte of a source in a plain tar is a changed source


def test_a_tar_that_stops_before_its_end_is_damaged(tmp_path, room):
    """Half a submission is not graded as if it were a whole one, not even if it is cut between two files."""
    path = make_tar(tmp_path / "a.tar", ("basics.py", b"x" * 600), ("attention.py", BASICS), mode="w")
    data = bytearray(path.read_bytes())
    data[1536 + 150] ^= 1  # in the checksum of the second header
    path.write_bytes(data)
    assert refused(path, room) == "the archive IT is damaged: what follows its last whole file cannot be read"


def test_a_file_larger_than_a_submissions_is_named_as_that(tmp_path, room):
    """A source that is too large takes no space, and grading says of it what it says of one in a folder."""
    path = make_zip(tmp_path / "a.zip", ("basics.py", BASICS), ("large.py", b"#" * (2 << 20)))
    unpack(path, room)
    assert (room / "large.py").stat().st_size == submission.MAX_FILE_BYTES + 1
    assert (room / "large.py").stat().st_blocks == 0
    copy = submission.snapshot(submission.find(room), tmp_path / "copy")
    assert copy.left_out == ("room/large.py (larger than 1 MiB)",)


def test_a_full_disk_is_the_graders_fault(tmp_path, room, monkeypatch):
    """What does not fit is nothing that a student has done."""

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    path = make_zip(tmp_path / "a.zip", ("basics.py", BASICS))
    monkeypatch.setattr(unpacked.os, "write", full)
    with pytest.raises(CannotJudge) as caught:
        unpack(path, room)
    assert str(caught.value) == "the disk is full: the archive a.zip cannot be unpacked"


def test_a_part_of_an_archive_is_taken_alone(tmp_path, room):
    """A folder of a class's download gives that submission, and what is bad elsewhere in it does not matter."""
    path = make_zip(
        tmp_path / "all.zip", ("c/s1/basics.py", BASICS), ("c/s2/../../x.py", b""), ("c/s1x/y.py", b"")
    )
    assert unpack(path, room, "c/s1/", "c/s1") == ()
    assert tree(room) == {"basics.py": BASICS}
    with pytest.raises(
        SubmissionRejected, match=r'^the archive c/s2 names "../../x.py", which lies outside of it$'
    ):
        unpack(path, room, "c/s2/", "c/s2")


def test_an_archive_in_a_download_is_taken_alone(tmp_path, room):
    """A file of a class's download is unpacked as if it lay on the disk."""
    inner = make_tar(tmp_path / "i.tgz", ("basics.py", BASICS)).read_bytes()
    path = make_zip(tmp_path / "all.zip", ("ada_1_234_hw.tgz", inner), ("bob_2_235_hw.zip", b"no"))
    assert unpack(path, room, "ada_1_234_hw.tgz", "ada_1_234_hw.tgz") == ()
    assert tree(room) == {"basics.py": BASICS}
    with pytest.raises(SubmissionRejected, match=r"^the archive bob is no zip archive"):
        unpack(path, room, "bob_2_235_hw.zip", "bob")


def test_no_file_stays_open(tmp_path, room):
    """A refused archive leaves no open file behind; the warning about one would be an error."""
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    for name, content in (
        ("a.zip", b"PK\x03\x04bad"),
        ("b.tgz", b"\x1f\x8bbad"),
        ("c.tar.xz", b"\xfd7zXZ\0bad"),
    ):
        (tmp_path / name).write_bytes(content)
        refused(tmp_path / name, room)
    assert (len(os.listdir("/proc/self/fd")) if before else 0) == before
    assert archives.ending("x.tar.gz.exe") == ""
