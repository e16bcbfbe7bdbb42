"""Small submissions written on the spot, and workers that run them."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.worker.client import Worker, WorkerSpec, Zygote

Start = Callable[..., Worker]


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """One fork server for all tests."""
    with Zygote() as server:
        yield server


@pytest.fixture
def start(tmp_path: Path, zygote: Zygote) -> Iterator[Start]:
    """Start a worker on files given as {path below the root: text}; the package is `package`."""
    workers: list[Worker] = []

    def write_and_start(
        files: dict[str, str], package: str = "tiny_llm", load: bool = True, **spec: object
    ) -> Worker:
        root = tmp_path / "snapshot"
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        folder = root / package
        worker = Worker(WorkerSpec(folder, folder.name, root, **spec), zygote)  # type: ignore[arg-type]
        workers.append(worker)
        worker.start()
        if load:
            report = worker.load()
            assert report.ok, report.failures
        return worker

    yield write_and_start
    for worker in workers:
        worker.stop()


@pytest.fixture
def basics(start: Start) -> Callable[..., Worker]:
    """Start a worker on a package whose only module is `basics`, with the given text."""

    def write_and_start(text: str, **options: object) -> Worker:
        return start({"tiny_llm/__init__.py": "", "tiny_llm/basics.py": text}, **options)

    return write_and_start
