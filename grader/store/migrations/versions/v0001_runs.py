"""The first tables: one row per run, one per task of a finished run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "runs",
        sa.Column("run_id", sa.Text, primary_key=True),
        sa.Column("week", sa.Integer, nullable=False),
        sa.Column("student", sa.Text, nullable=False),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("header", sa.Text, nullable=False),
        sa.Column("finished_at", sa.Text),
        sa.Column("points", sa.Float),
        sa.Column("max_points", sa.Float),
        sa.Column("extra_points", sa.Float),
        sa.Column("max_extra_points", sa.Float),
        sa.Column("checks_done", sa.Integer),
        sa.Column("result", sa.Text),
        sa.CheckConstraint("state in ('running', 'finished')", name="state_known"),
    )
    op.create_index("runs_by_student", "runs", ["student", "week", "started_at"])
    op.create_table(
        "task_verdicts",
        sa.Column("run_id", sa.Text, sa.ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("task_id", sa.Text, primary_key=True),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("points", sa.Float, nullable=False),
        sa.Column("extra_points", sa.Float, nullable=False),
    )
