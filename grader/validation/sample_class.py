"""`python -m grader.validation.sample_class FOLDER`: hand in for a made-up class, with a fixed seed.

Made of the corpus that the grader is graded with: planted misconceptions (mutants whose hint has to be proved), work
that is half done, right work in other layouts, attacks, and what cannot be graded at all. `planted.json` says who got
what, so that a test can compare it with what the class report finds. Nobody in it exists.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from grader.paths import ROOT
from grader.validation.corpus import Specimen, build, read

BASE = "matmul+attention"  # plain kernels, as students write them; the rest is the reference's
DEADLINE = datetime(2026, 11, 24, 22, 59, tzinfo=timezone.utc)
LAYOUTS = ("student", "tiny_llm", "src/tiny_llm", "student")
CHAPTERS = (
    "basics.py", "attention.py", "positional_encoding.py", "layer_norm.py", "embedding.py", "quantize.py",
    "qwen2_week1.py", "generate.py", "sampler.py", "kernels/quantized_matmul.cpp", "kernels/flash_attention.cpp",
    "kv_cache.py", "qwen2_week2.py", "batch.py",
)  # fmt: skip
WEEK1 = {
    "rope_always_traditional": 8,
    "causal_top_left": 4,
    "rmsnorm_eps_outside": 4,
    "kv_heads_tiled": 3,
    "mlp_silu_product": 3,
    "generate_late_stop": 3,
    "sampler_temp_multiplied": 3,
}
WEEK2 = {"w2_cache_offset_zero": 4, "w2_serve_offset_one_more": 3}  # of those whose Week 1 is right
KERNELS = {"w2_flash_mask_ignored": 5, "w2_matmul_no_bias": 4, "w2_flash_scale_default": 3}
ATTACKS = ("exits_at_import", "hostile_exceptions", "terminal_and_markup", "import_reference")
HALF_DONE, EARLIER = 12, 12
FIRST = (
    "Ada", "Björn", "Chloé", "Dmitri", "Elif", "Fatima", "Giovanni", "Hana", "Ines", "Jürgen", "Kwame", "Lucía",
    "Mei", "Nguyễn", "Olga", "Paweł", "Qi", "Rosa", "Søren", "Tomáš", "Uma", "Vera", "Wei", "Ximena", "Yusuf", "Zoë",
)  # fmt: skip
LAST = (
    "Abara", "O'Brien", "Castro", "Dvořák", "Evans, Jr.", "Fischer", "García", 'Hall "Hal"', "Ito", "Jensen", "Kim",
    "Łukasz", "Müller", "Novák", "Öztürk", "Petrov", "Quinn", "Rossi", "Şahin", "Tanaka", "李",
)  # fmt: skip


@dataclass
class Person:
    """One made-up student and what they hand in."""

    id: str
    name: str
    section: str
    specimen: Specimen
    misconceptions: list[str] = field(default_factory=list)  # names of mutants
    chapters: int = len(CHAPTERS)  # that are written; the others are the skeleton's
    kind: str = "right"
    at: datetime = DEADLINE
    earlier: int = 0  # chapters of an attempt on the day before; 0: none


def people(count: int, seed: int, corpus: Path = ROOT / "tests") -> list[Person]:
    """Return the class; with 60, as many of each kind as the tables above say, with others in proportion."""
    chance = random.Random(seed)
    made = [_person(number, chance) for number in range(1, count + 1)]
    order = made[:]
    chance.shuffle(order)
    rest = iter(order)
    share = count / 60

    def take(number: int) -> list[Person]:
        return [p for _, p in zip(range(max(1, round(number * share))), rest, strict=False)]

    for person in take(len(ATTACKS)):
        name = ATTACKS[made.index(person) % len(ATTACKS)]
        person.kind, person.specimen = "attack", read(corpus / "attacks" / f"{name}.py")
    for person in take(HALF_DONE):
        person.kind, person.chapters = "half done", chance.randrange(2, len(CHAPTERS))
    for person, kind in zip(take(2), ("syntax error", "corrupt archive"), strict=False):
        person.kind = kind
    wrong = [p for name, number in WEEK1.items() for p in _plant(take(number), name)]
    right = list(rest)
    for name, number in WEEK2.items():
        _plant([right.pop() for _ in range(min(len(right) - 1, max(1, round(number * share))))], name)
    able = wrong + right
    for name, number in KERNELS.items():
        _plant([able.pop(0) for _ in range(min(len(able), max(1, round(number * share))))], name)
    for person in chance.sample(made, min(len(made), round(EARLIER * share))):
        person.earlier = chance.randrange(1, 6)
    for person in made:
        mutants = [read(corpus / "mutants" / f"{name}.py") for name in person.misconceptions]
        changes = tuple(change for mutant in mutants for change in mutant.changes)
        person.specimen = replace(person.specimen, changes=(*person.specimen.changes, *changes))
    return made


def _person(number: int, chance: random.Random) -> Person:
    name = f"{FIRST[number % len(FIRST)]} {LAST[number * 8 % len(LAST)]}"
    layout = LAYOUTS[chance.randrange(len(LAYOUTS))]
    hours = chance.choice((2, 5, 9, 20, 30, 44, 60, 80, -5, -30))
    at = DEADLINE - timedelta(hours=hours, minutes=chance.randrange(60))
    specimen = Specimen(f"s{number:03}", "variations", "a submission", base=BASE, layout=layout)
    return Person(f"s{number:03}", name, "AB"[number % 2], specimen, at=at)


def _plant(chosen: Sequence[Person], name: str) -> list[Person]:
    for person in chosen:
        person.misconceptions.append(name)
        person.kind = "misconception"
    return list(chosen)


def hand_in(everybody: Sequence[Person], folder: Path) -> Path:
    """Write roster, rules, what is planted, and a folder or archive for every attempt; return the last one's folder."""
    shutil.rmtree(folder, ignore_errors=True)
    place = folder / "handed-in"
    place.mkdir(parents=True)
    for number, person in enumerate(everybody):
        if person.earlier:
            early = replace_chapters(person, person.earlier)
            _write(early, place, person.at - timedelta(days=1, hours=number % 7), "zip")
        _write(person, place, person.at, ("zip", "tar.gz", "folder")[number % 3])
    with (folder / "roster.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(("id", "name", "email", "section"))
        writer.writerows((p.id, p.name, f"{p.id}@example.edu", p.section) for p in everybody)
        writer.writerow(("s900", "Nobody Yet", "s900@example.edu", "A"))
    (folder / "policy.toml").write_text(POLICY)
    planted = [
        {"id": p.id, "kind": p.kind, "misconceptions": p.misconceptions, "chapters": p.chapters}
        for p in everybody
    ]
    (folder / "planted.json").write_text(json.dumps(planted, indent=1))
    return place


POLICY = """# The rules of the sample class.
timezone = "Europe/Vienna"
deadline = 2026-11-24T23:59:00
grace_minutes = 15

[late]
free_days = 1
penalty_per_day = "10 %"
max_days = 4

[attempts]
count = "best"
per_day = 5

[extra]
cap = 10
"""


def replace_chapters(person: Person, chapters: int) -> Person:
    """Return the same student with fewer chapters written and without misconceptions."""
    specimen = replace(person.specimen, changes=(), append={}, files={}, base=BASE)
    return replace(person, specimen=specimen, chapters=chapters, kind="half done", misconceptions=[])


def _write(person: Person, place: Path, at: datetime, form: str) -> None:
    name = f"{person.id}@{at:%Y-%m-%dT%H%MZ}"
    if person.kind == "corrupt archive":
        (place / f"{name}.zip").write_bytes(b"PK\x03\x04" + bytes(range(256)) * 4)
        return
    root = build(person.specimen, ROOT, place / name)
    package = root if person.specimen.layout == "." else root / person.specimen.layout
    for chapter in CHAPTERS[person.chapters :]:
        shutil.copy(ROOT / "student" / chapter, package / chapter)
    with (package / "basics.py").open("a") as stream:
        stream.write(f"\n# {person.id}\n")  # no two people hand in the same bytes
    if person.kind == "syntax error":
        text = (package / "attention.py").read_text()
        (package / "attention.py").write_text(text.replace("return", "retrun", 1))
    if form == "folder":
        return
    files = [(path, path.relative_to(root).as_posix()) for path in _files(root)]
    if form == "zip":
        with zipfile.ZipFile(place / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for path, inside in files:
                archive.write(path, f"work/{inside}")
    else:
        with tarfile.open(place / f"{name}.tar.gz", "w:gz") as tar:
            for path, inside in files:
                tar.add(path, f"work/{inside}")
    shutil.rmtree(root)


def _files(root: Path) -> Iterator[Path]:
    return (path for path in sorted(root.rglob("*")) if path.is_file())


def main(arguments: Sequence[str]) -> int:
    """Write the sample class and say where."""
    parser = argparse.ArgumentParser(prog="sample_class", description="Hand in for a made-up class.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    if given.students < 20:
        parser.error(f"--students ({given.students}) must be at least 20")
    everybody = people(given.students, given.seed)
    place = hand_in(everybody, given.folder)
    print(f"{len(everybody)} students have handed in {len(list(place.iterdir()))} attempts: {place}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
