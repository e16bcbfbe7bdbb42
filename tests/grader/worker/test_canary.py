"""The canary finds everything refused under the sandbox, notices a missing layer, and believes no liar."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import confined
import pytest

from grader.worker import canary, landlock, sandbox
from grader.worker.client import Worker, WorkerSpec, Zygote
from grader.worker.submission import Snapshot

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or landlock.abi() == 0, reason="needs Linux with Landlock (5.13 or newer)"
)


def names(report: canary.CanaryReport) -> set[str]:
    return {leak.partition(" ")[0] for leak in report.leaks}


def test_everything_is_refused_under_the_whole_sandbox() -> None:
    """With all layers every attempt is refused, nothing is seen from outside, and the sentence says so."""
    report = canary.run(confined.Worker)
    total = len(canary.attempts())
    assert report == canary.CanaryReport(total, total, ())
    assert report.ok
    assert report.text() == f"{total} of {total} forbidden attempts were refused"
    assert total >= 100


def test_everything_is_refused_in_a_real_worker() -> None:
    """The same through the door that a submission takes: forked from the zygote, called over the wire."""
    with Zygote() as zygote:

        def spawn(copy: Snapshot) -> Worker:
            spec = WorkerSpec(root=copy.root, package_dir=copy.package_dir, package_name=copy.package_name)
            worker = Worker(spec, zygote)
            worker.start()
            return worker

        report = canary.run(spawn)
    assert report.leaks == ()
    assert report.ok


@pytest.mark.parametrize(
    ("off", "found"),
    [
        (
            ["landlock"],
            {"read-secret", "read-accounts", "read-grader", "read-pytorch", "list-home", "list-root"},
        ),
        (
            ["seccomp"],
            {"fork", "exec", "setsid", "nice", "socketpair", "call-memfd_create", "call-ptrace-traceme"},
        ),
    ],
)
def test_a_missing_layer_is_noticed(off: list[str], found: set[str]) -> None:
    """Without Landlock the canary reads files, without the filter it makes processes: either is reported."""
    report = canary.run(lambda copy: confined.Worker(copy, off=off))
    assert not report.ok
    assert report.refused < report.total
    assert found <= names(report)


def test_the_required_layers_are_enough() -> None:
    """Without another user and without namespaces, as for a grader that is not root, nothing gets through."""
    report = canary.run(lambda copy: confined.Worker(copy, off=["uid", "namespaces"]))
    assert report.leaks == ()


def test_a_leak_shows_no_content() -> None:
    """The report names what got through and never what it read: it may be printed for a student."""
    report = canary.run(lambda copy: confined.Worker(copy, off=["landlock"]))
    assert "read-accounts (got through)" in report.leaks
    assert "root:" not in report.text()
    assert report.text().count(";") <= canary.SHOWN + 2


Act = Callable[[dict[str, Any]], None]


class Liar:
    """A worker that claims that everything was refused, after doing something in the open."""

    def __init__(self, act: Act, pid: int | None = None) -> None:
        self.act, self.pid = act, pid

    def load(self) -> None:
        pass

    def call(self, target: str, args: Any = ()) -> Any:
        asked, facts = args
        self.act(facts)
        return SimpleNamespace(value=dict.fromkeys(asked, "refused"))

    def stop(self) -> None:
        pass


def _make_file(facts: dict[str, Any]) -> None:
    Path(facts["folder"], facts["token"] + "-x").write_text("x")


def _make_folder(facts: dict[str, Any]) -> None:
    Path(facts["temporary"], facts["token"]).mkdir()


def _change_secret(facts: dict[str, Any]) -> None:
    Path(facts["secret"]).write_text("changed")


def _remove_secret(facts: dict[str, Any]) -> None:
    Path(facts["secret"]).unlink()


def _end_decoy(facts: dict[str, Any]) -> None:
    os.kill(facts["decoy"], signal.SIGTERM)
    os.waitid(os.P_PID, facts["decoy"], os.WEXITED | os.WNOWAIT)


def _slow_decoy(facts: dict[str, Any]) -> None:
    os.setpriority(os.PRIO_PROCESS, facts["decoy"], 5)


@pytest.mark.parametrize(
    ("act", "trace"),
    [
        (_make_file, "-x was made"),
        (_make_folder, " was made"),
        (_change_secret, "the secret file was changed"),
        (_remove_secret, "the secret file was changed"),
        (_end_decoy, "the decoy process was ended by signal 15"),
        (_slow_decoy, "the decoy process was changed"),
    ],
)
def test_a_liar_is_seen_from_outside(act: Act, trace: str) -> None:
    """A worker that reports refusals but made a file, changed the secret or the decoy is found out."""
    report = canary.run(lambda copy: Liar(act))
    assert report.refused == report.total
    assert not report.ok
    assert len(report.leaks) == 1
    assert report.leaks[0].endswith(trace)


def test_a_process_that_was_started_is_seen() -> None:
    """A child of the worker that is there when it has answered is a leak."""
    seen: dict[str, Any] = {}
    report = canary.run(lambda copy: Liar(seen.update, pid=os.getpid()))  # the decoy is a child of ours
    assert f"process {seen['decoy']} was started" in report.leaks


@pytest.mark.parametrize("value", [None, [], {}, {"read-secret": 3}])
def test_no_answer_is_no_refusal(value: object) -> None:
    """An answer of another kind, or one that leaves attempts out, counts as nothing refused."""
    worker = Liar(lambda facts: None)
    worker.call = lambda target, args=(): SimpleNamespace(value=value)  # type: ignore[method-assign]
    report = canary.run(lambda copy: worker)
    assert (report.refused, len(report.leaks)) == (0, report.total)


def test_nothing_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folder, decoy and the files of a successful attempt are gone afterwards, and the worker was stopped."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen: dict[str, Any] = {}
    stopped = []
    worker = Liar(lambda facts: (seen.update(facts), _make_folder(facts))[0])
    worker.stop = lambda: stopped.append(True)  # type: ignore[method-assign]
    canary.run(lambda copy: worker)
    assert list(tmp_path.iterdir()) == []
    assert stopped == [True]
    with pytest.raises(ProcessLookupError):
        os.kill(seen["decoy"], 0)


def test_the_worker_gets_the_copy_of_the_attempts() -> None:
    """The snapshot that is started holds the attempts and nothing else, where the sandbox lets it be read."""
    copies = []

    def spawn(copy: Any) -> Liar:
        copies.append((copy.package_name, copy.files, copy.package_dir.name))
        assert sandbox.policy(root=copy.root, package_dir=copy.package_dir)["rules"]
        return Liar(lambda facts: None)

    canary.run(spawn)
    assert copies == [("canary", ("canary/forbidden.py",), "canary")]
