"""The history database as a file: migrated when it is opened, one short connection per transaction.

Every failure of SQLite leaves here as one sentence. Several processes may use one database at once: SQLite's
write-ahead log lets them, and a writer waits `BUSY_S` for another. Knows nothing about runs.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError
from sqlalchemy.pool import NullPool

from grader.errors import CannotJudge
from grader.store.tables import REVISION

BUSY_S = 10.0
MIGRATIONS = Path(__file__).with_name("migrations")

_CANNOT_CREATE_BELOW_BYTES = 128 * 1024  # SQLite's shared-memory file and a first page of each kind


class Database:
    """A history database at the newest revision."""

    def __init__(self, path: Path, busy_s: float = BUSY_S) -> None:
        """Open the database at `path`; create it or bring it to the newest revision, all or nothing.

        Raises:
            CannotJudge: the file is damaged, is something else, was written by a newer version, is locked,
                or cannot be written.
        """
        self.path = path
        self.busy_s = busy_s
        self._engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)
        event.listen(self._engine, "connect", self._on_connect)
        event.listen(self._engine, "begin", _begin)
        with self.reading() as connection:
            present = _revision(connection, path)
        if present != REVISION:
            with self.writing() as connection:
                migrate(connection, path)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database throughout."""
        with _one_sentence(self.path, self.busy_s), self._begun("BEGIN") as connection:
            try:
                yield connection
            except (
                ValueError,
                KeyError,
                TypeError,
            ) as error:  # damage inside a text, which SQLite cannot see
                raise CannotJudge(_sentence("malformed", self.path, self.busy_s)) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are kept together at the end, or not at all after an exception."""
        with _one_sentence(self.path, self.busy_s), self._begun("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _begun(self, statement: str) -> Iterator[Connection]:
        with self._connect() as connection:
            connection = connection.execution_options(begin_statement=statement)
            with connection.begin():
                yield connection

    def _connect(self) -> Connection:
        # switching to the write-ahead log needs the file alone, and SQLite does not wait for that by itself
        deadline = time.monotonic() + self.busy_s
        while True:
            try:
                return self._engine.connect()
            except DatabaseError as error:
                if "locked" not in str(error.orig) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _on_connect(self, connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # `_begin` begins transactions, around changes of tables as well
        connection.execute(f"PRAGMA busy_timeout = {int(self.busy_s * 1000)}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # a finished run survives a power cut
        connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options()["begin_statement"])


def _revision(connection: Connection, path: Path) -> str | None:
    """Return the revision of the database, None for an empty one."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise CannotJudge(f"{path} is a database of something else; move it away or use --home.")
    return connection.execute(text("select version_num from alembic_version")).scalar()


def migrate(connection: Connection, path: Path, migrations: Path = MIGRATIONS) -> None:
    """Bring the database to the newest revision, within the transaction of the caller.

    Raises:
        CannotJudge: the database has a revision that `migrations` does not know, or is something else.
    """
    # imported here, since a database is migrated once and opened often
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    present = _revision(connection, path)
    if present is not None and present not in known:
        raise CannotJudge(
            f"{path} was written by a newer version of the grader (revision {present}, this one reads up to "
            f"{max(known)}). It was left as it was; update the grader or use --home."
        )
    command.upgrade(config, "head")


@contextmanager
def _one_sentence(path: Path, busy_s: float) -> Iterator[None]:
    try:
        yield
    except (IntegrityError, ProgrammingError):
        raise  # a mistake of ours, not of the file
    except UnicodeDecodeError as error:  # damage to a name or to the text of a message
        raise CannotJudge(_sentence("malformed", path, busy_s)) from error
    except DatabaseError as error:
        raise CannotJudge(_sentence(str(error.orig), path, busy_s)) from error


def _sentence(cause: str, path: Path, busy_s: float) -> str:
    """Return what the user reads when SQLite says `cause`."""
    if "not a database" in cause or "malformed" in cause:
        return (
            f"{path} is not a readable history database (the file is damaged). It was left as it was; move "
            "it away, and the history is built again from the journals beside it, or use --home."
        )
    if "locked" in cause:
        return f"{path} is in use by another process (waited {busy_s:g} s); try again, or use --home."
    if "full" in cause or (_free_bytes(path.parent) < _CANNOT_CREATE_BELOW_BYTES and "readonly" not in cause):
        return f"{path} cannot be written: the disk is full. Nothing that it holds is lost; free some space."
    if "readonly" in cause or "unable to open" in cause:
        return f"{path} cannot be written: the folder is read-only. Change that, or use --home."
    return f"{path} cannot be used: {cause}. It was left as it was; use --home for another place."


def _free_bytes(folder: Path) -> int:
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize
