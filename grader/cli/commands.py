"""Which commands there are, by name, and which groups of commands."""

from __future__ import annotations

from collections.abc import Callable

import typer

from grader.cli import (
    bench,
    check,
    class_,
    compare,
    doctor,
    export,
    history,
    release,
    simulate,
    submit,
    validate,
)

COMMANDS: dict[str, Callable[..., int]] = {
    "submit": submit.submit,
    "check": check.check,
    "history": history.history,
    "show": history.show,
    "bench": bench.bench,
    "compare": compare.compare,
    "simulate": simulate.simulate,
    "release": release.release,
    "doctor": doctor.doctor,
    "validate": validate.validate,
}

GROUPS: dict[str, typer.Typer] = {"class": class_.class_app, "export": export.export_app}
