"""Whose a name is: from what a file, a folder or a learning platform calls somebody to one student, or to nobody.

A name may be an id, an e-mail address, a login or a person's name in either order; letter case, accents' encoding and
spaces do not matter. Two students who answer to one name are none: nobody receives the other's grade.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from grader.class_result import Student
from grader.classroom.roster import Roster, printable

_SEPARATORS = "_-@ ."


class Unknown(LookupError):
    """A name is nobody's, or that of several; the sentence says which."""


class NotInRoster(Unknown):
    """A name is nobody's."""


class Students:
    """Everybody in a class: the roster's, or, without one, whoever hands something in."""

    def __init__(self, roster: Roster) -> None:
        self.closed = bool(roster) or roster.path is not None  # only those of the roster
        self._shared = {_plain(id_) for id_ in roster.shared}
        self._by_id: dict[str, Student] = {}
        self._keys: list[dict[str, set[str]]] = [defaultdict(set), defaultdict(set), defaultdict(set)]
        for student in roster:
            self._add(student, roster.also.get(student.id, ()))

    def all(self) -> tuple[Student, ...]:
        """Return the students: in the order of the roster, or by id with codes in that order."""
        if self.closed:
            return tuple(self._by_id.values())
        everybody = sorted(self._by_id.values(), key=lambda s: _plain(s.id))
        width = max(3, len(str(len(everybody))))
        return tuple(replace(s, code=f"s{i:0{width}}") for i, s in enumerate(everybody, start=1))

    def get(self, id_: str) -> Student:
        """Return the student with exactly this id."""
        return self._by_id[id_]

    def regroup(self, ids: Iterable[str], group: str) -> None:
        """Put students into a group."""
        for id_ in ids:
            self._by_id[id_] = replace(self._by_id[id_], group=group)

    def find(self, *names: str, name: str = "", email: str = "") -> Student:
        """Return the student that the first known of `names` means; without a roster, the first one is the id.

        Args:
            names: What somebody is called, the surest first; empty ones are passed over.
            name: The person's name, for a student who is made now.
            email: Likewise.

        Raises:
            Unknown: nobody in the roster, several students, or an id that several share.
        """
        given = [text for text in names if text.strip()]
        if not given:
            raise NotInRoster("nothing says whose it is")
        if not self.closed:
            known = self._keys[0].get(_plain(printable(given[0])))
            return self._by_id[next(iter(known))] if known else self._make(given[0], name, email)
        for text in given:
            found = self._exact(text)
            if found is not None:
                return found
        raise NotInRoster(f"not in the roster: {printable(given[0])}")

    def find_in(self, text: str) -> Student:
        """Return the student whose id, address or login begins `text`, or whose login ends it: "s017_hw", "hw-octocat".

        Raises:
            Unknown: nobody, or several.
        """
        cuts = [i for i, c in enumerate(text) if c in _SEPARATORS]
        heads = {_plain(text[:i]) for i in cuts}
        tails = {_plain(text[i + 1 :]) for i in cuts if text[i] == "-"}
        ids, others, _ = self._keys
        found = {id_ for head in heads for keys in (ids, others) for id_ in keys.get(head, ())}
        found |= {id_ for tail in tails for id_ in others.get(tail, ())}
        if heads & self._shared:
            raise Unknown(f"{printable(text)} may be that of several students with one id")
        if len(found) > 1:
            raise Unknown(f"{printable(text)} may be that of {' or '.join(sorted(found))}")
        if not found:
            raise NotInRoster(f"not in the roster: {printable(text)}")
        return self._by_id[found.pop()]

    def called(self, name: str) -> set[str]:
        """Return the ids of those whose person's name is `name`, which may be squeezed: "lovelaceada"."""
        return set(self._keys[2].get(_squeezed(name), ()))

    def _exact(self, text: str) -> Student | None:
        if _plain(text) in self._shared:
            raise Unknown(f"several students have the id {printable(text)}")
        for keys, key in zip(self._keys, (_plain(text), _plain(text), _squeezed(text)), strict=True):
            found = keys.get(key, set())
            if len(found) > 1:
                raise Unknown(f"{printable(text)} may be that of {' or '.join(sorted(found))}")
            if found:
                return self._by_id[next(iter(found))]
        return None

    def _make(self, id_: str, name: str, email: str) -> Student:
        return self._add(Student(printable(id_), printable(name), printable(email)), ())

    def _add(self, student: Student, also: Iterable[str]) -> Student:
        self._by_id[student.id] = student
        ids, others, people = self._keys
        ids[_plain(student.id)].add(student.id)
        for text in (*also, student.email):
            if text.strip():
                others[_plain(text)].add(student.id)
        for key in _orders(student.name):
            people[key].add(student.id)
        return student


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _squeezed(text: str) -> str:
    return "".join(c for c in _plain(text) if c.isalnum())


def _orders(name: str) -> set[str]:
    """Return a name squeezed, beginning with each of its words: "Ada King" is also "kingada"."""
    words = _plain(name.replace(",", " ")).split()
    return {key for i in range(len(words)) if (key := _squeezed("".join(words[i:] + words[:i])))}
