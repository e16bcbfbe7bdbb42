"""Reads a roster: a CSV file with a row for each student, as schools, Canvas, Gradescope and GitHub Classroom write it.

Columns are known by their heading, whatever its case, order and language of separators; see `HEADINGS`. What names
somebody in any column with an id, and the columns `submission` and `repo`, is kept beside the students for `intake`.
Two students with one id cannot be told apart, so neither of them is in the result: both rows are refused.

Covered: UTF-8 with and without a mark, UTF-16, commas, semicolons and tabs, quotes, names with line breaks or control
characters. Not covered: spreadsheets that are no text.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from grader.class_result import Refused, Student
from grader.errors import UsageError
from grader.worker.submission import shown

MAX_BYTES = 20 << 20
MAX_TEXT = 200  # characters of a cell that are kept

# field: headings that mean it, in lower case with nothing but letters and digits; of several the first one counts
HEADINGS: dict[str, tuple[str, ...]] = {
    "id": (
        *("id", "studentid", "studentnumber", "sid", "identifier", "orgdefinedid", "matriculationnumber"),
        *("matrikelnummer", "sisuserid", "sisloginid", "login", "loginid", "username", "netid"),
        *("userid", "canvasid", "canvasuserid", "githubusername"),
    ),
    "name": ("name", "student", "fullname", "studentname", "displayname", "sortablename"),
    "first": ("firstname", "givenname", "forename", "vorname"),
    "last": ("lastname", "surname", "familyname", "nachname"),
    "email": ("email", "emailaddress", "mail"),
    "section": ("section", "sections", "lab", "tutorial"),
    "group": ("group", "groupname", "team", "teamname"),
    "role": ("role",),
    "submission": ("submission",),
    "repo": ("repo", "repository"),
}


class Roster(tuple[Student, ...]):
    """The students of a roster, and what else its file says about them."""

    path: Path | None
    refused: tuple[Refused, ...]
    notes: tuple[str, ...]
    shared: tuple[str, ...]  # ids that several students have: nobody's
    also: dict[str, tuple[str, ...]]  # id -> what else names this student: other ids, logins
    places: dict[str, str]  # id -> where the submission lies, from the column `submission`
    repos: dict[str, str]  # id -> where the git repository lies, from the column `repo`

    def __new__(cls, students: Iterable[Student] = ()) -> Roster:
        """Make a roster of students about whom nothing else is known."""
        made = super().__new__(cls, tuple(students))
        made.path, made.refused, made.notes, made.shared = None, (), (), ()
        made.also, made.places, made.repos = {}, {}, {}
        return made


@dataclass(frozen=True)
class _Row:
    student: Student
    number: int  # line of the file at which the row ends
    also: tuple[str, ...]
    place: str
    repo: str


def read(path: Path | None) -> tuple[Student, ...]:
    """Return the students of the roster at `path`, with codes in its order; nobody if there is no roster.

    Raises:
        UsageError: no such file, not text, no heading that says who somebody is, or no student in it.
    """
    if path is None:
        return Roster()
    lines = _table(_text(path), path)
    if not lines:
        raise UsageError(f"the roster {shown(path)} is empty")
    columns = _columns(lines[0][1], path)
    refused: list[Refused] = []
    notes: list[str] = []
    rows = list(_rows(lines[1:], columns, refused, notes))
    if not rows and not refused:
        raise UsageError(f"the roster {shown(path)} has a heading and no student")
    kept, shared = _unique(rows, refused, notes)
    width = max(3, len(str(len(kept))))
    roster = Roster(replace(row.student, code=f"s{i:0{width}}") for i, row in enumerate(kept, start=1))
    roster.path, roster.refused, roster.notes, roster.shared = path, tuple(refused), tuple(notes), shared
    roster.also = {row.student.id: row.also for row in kept}
    roster.places = {row.student.id: row.place for row in kept if row.place}
    roster.repos = {row.student.id: row.repo for row in kept if row.repo}
    return roster


def printable(text: str) -> str:
    """Return a cell on one line and safe to print, at most `MAX_TEXT` characters of it."""
    return shown(" ".join(unicodedata.normalize("NFC", text).split()))[:MAX_TEXT]


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"the roster {shown(path)} cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise UsageError(f"the roster {shown(path)} is larger than {MAX_BYTES >> 20} MiB")
    encoding = "utf-8-sig"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif b"\0" in data[:2]:  # without a mark: ASCII in the first heading tells which half is zero
        encoding = "utf-16-be" if data[0] == 0 else "utf-16-le"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UsageError(
            f"the roster {shown(path)} is not {encoding.upper().removesuffix('-SIG')} text (byte {error.start}): "
            "save it as CSV in UTF-8"
        ) from None


def _table(text: str, path: Path) -> list[tuple[int, list[str]]]:
    """Return the rows that are not blank, each with its line; the separator is the one that tells most headings."""
    first, _, rest = text.partition("\n")
    if first.strip().lower() in (
        "sep=,",
        "sep=;",
        "sep=\t",
        "sep=",
    ):  # a line that spreadsheets write for themselves
        text = rest
    known = {heading for headings in HEADINGS.values() for heading in headings}
    best: tuple[int, list[tuple[int, list[str]]]] = (-1, [])
    for separator in ",;\t":
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        try:
            rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
        except csv.Error as error:
            raise UsageError(f"the roster {shown(path)}, line {reader.line_num}: {error}") from None
        told = sum(_heading(cell) in known for cell in rows[0][1]) if rows else 0
        best = max(best, (told, rows), key=lambda pair: pair[0])
    return best[1]


def _heading(cell: str) -> str:
    return re.sub(r"[\W_]+", "", cell.lower())


def _columns(heading: list[str], path: Path) -> dict[str, list[int]]:
    """Return for each field the columns that mean it, the best one first."""
    cells = [_heading(cell) for cell in heading]
    columns = {
        field: [cells.index(name) for name in names if name in cells] for field, names in HEADINGS.items()
    }
    if not any(columns[field] for field in ("id", "email", "name", "last")):
        there = ", ".join(printable(cell) for cell in heading[:8])
        raise UsageError(
            f"the roster {shown(path)} has no column that says who somebody is: it begins with {there}; "
            "call one id, email or name"
        )
    return columns


def _rows(
    lines: list[tuple[int, list[str]]],
    columns: dict[str, list[int]],
    refused: list[Refused],
    notes: list[str],
) -> Iterator[_Row]:
    for number, cells in lines:
        texts = {
            field: [text for i in where if i < len(cells) and (text := printable(cells[i]))]
            for field, where in columns.items()
        }
        one = {field: found[0] if found else "" for field, found in texts.items()}
        name = one["name"] or f"{one['first']} {one['last']}".strip()
        where = f"roster, line {number}"
        if name == "Points Possible" or not (name or one["id"] or one["email"]):
            continue  # Canvas's row of points, or a row about something else
        if one["role"] and one["role"].lower() not in ("student", "learner"):
            notes.append(f"{where}: {name or one['id']} is left out, as {one['role']}")
            continue
        id_ = one["id"] or one["email"]
        if not id_ and not columns["id"] and not columns["email"]:
            id_ = name
        if not id_:
            refused.append(Refused(where, f"{name} has no id"))
            continue
        if columns["id"] and not one["id"]:
            notes.append(f"{where}: {name or 'a student'} has no id, so the e-mail address stands for it")
        student = Student(id_, name, one["email"], one["section"], one["group"])
        place, repo = (
            next((cells[i].strip() for i in columns[field] if i < len(cells)), "")
            for field in ("submission", "repo")
        )
        yield _Row(student, number, tuple(texts["id"][1:]), place, repo)


def _unique(rows: list[_Row], refused: list[Refused], notes: list[str]) -> tuple[list[_Row], tuple[str, ...]]:
    """Return the rows whose id is nobody else's, and the ids that several share.

    One student listed twice, in two sections say, is one student.
    """
    seen: set[tuple[str, str, str]] = set()
    kept: list[_Row] = []
    for row in rows:
        key = (row.student.id.casefold(), row.student.name.casefold(), row.student.email.casefold())
        if key in seen and (key[1] or key[2]):
            notes.append(
                f"roster, line {row.number}: {row.student.shown} is listed twice; the first row counts"
            )
            continue
        seen.add(key)
        kept.append(row)
    owners = Counter(row.student.id.casefold() for row in kept)
    shared = [row for row in kept if owners[row.student.id.casefold()] > 1]
    refused += [
        Refused(
            f"roster, line {row.number}",
            f"{row.student.shown} has the same id as another student, {row.student.id}: neither is graded until "
            "each has one of their own",
            row.student.id,
        )
        for row in shared
    ]
    return [row for row in kept if row not in shared], tuple(row.student.id for row in shared)
