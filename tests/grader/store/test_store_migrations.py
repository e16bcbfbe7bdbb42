"""The history database is upgraded whole or not at all, and the migrations build what the code uses."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from recorded_runs import CHECKS, header, result
from sqlalchemy import text

from grader.store import Store
from grader.store.database import MIGRATIONS, Database, migrate
from grader.store.tables import REVISION, metadata

NEXT = '''
"""The next revision."""
import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "{head}"


def upgrade():
    op.add_column("runs", sa.Column("grade", sa.Text, server_default="none"))
    op.create_table("notes", sa.Column("text", sa.Text))
    {end}
'''


def with_next(folder: Path, end: str) -> Path:
    """Return a copy of the migrations with one more, whose last statement is `end`."""
    copy = shutil.copytree(MIGRATIONS, folder / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions" / "v9000_next.py").write_text(NEXT.format(head=REVISION, end=end))
    return copy


def make_history(home: Path) -> None:
    with Store.open(home).begin(header()) as journal:
        for task_id, check in CHECKS:
            journal.add(task_id, check)
        journal.finish(result())


def columns(database: Database) -> dict[str, list[str]]:
    with database.reading() as connection:
        tables = (
            connection.execute(text("select name from sqlite_master where type = 'table'")).scalars().all()
        )
        return {
            table: [row.name for row in connection.execute(text(f"pragma table_info({table})"))]
            for table in tables
        }


def test_migrations_build_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    """A migrated database and the tables in the code do not differ, and the newest revision is named."""
    with Database(tmp_path / "history.db").reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "newline")
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_an_older_database_is_upgraded_and_keeps_its_runs(tmp_path: Path) -> None:
    """The next revision is applied to a database with runs in it, and all of them are still there."""
    make_history(tmp_path)
    database = Database(tmp_path / "history.db")
    with database.writing() as connection:
        migrate(connection, database.path, with_next(tmp_path / "100 % new", "pass"))
    with database.reading() as connection:
        assert connection.execute(text("select run_id, grade from runs")).all() == [("run-1", "none")]
        assert connection.execute(text("select version_num from alembic_version")).scalars().all() == ["9000"]


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    """An upgrade that fails in the middle leaves tables, runs and revision as they were."""
    make_history(tmp_path)
    database = Database(tmp_path / "history.db")
    before = columns(database)

    def upgrade() -> None:
        with database.writing() as connection:
            migrate(connection, database.path, with_next(tmp_path, "raise ArithmeticError"))

    with pytest.raises(ArithmeticError):
        upgrade()
    assert columns(database) == before
    assert Store.open(tmp_path).load("run-1") == result()


def test_an_odd_path_is_a_path(tmp_path: Path) -> None:
    """Percent signs, blanks, question marks and letters outside ASCII in a name are nothing special."""
    home = tmp_path / "100 % of #Zoë? file:x"
    make_history(home)
    assert (home / "history.db").exists()
    assert Store.open(home).load("run-1") == result()
