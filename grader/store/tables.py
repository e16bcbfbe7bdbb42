"""The tables of the history database as the code uses them; the migrations build them.

Knows nothing about connections.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Float, ForeignKey, Index, Integer, MetaData, Table, Text

REVISION = "0001"  # the newest migration

metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("week", Integer, nullable=False),
    Column("student", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("state", Text, nullable=False),  # cut-off runs are "running" here: only their journal's lock tells
    Column("header", Text, nullable=False),  # RunHeader.to_json
    Column("finished_at", Text),
    Column("points", Float),
    Column("max_points", Float),
    Column("extra_points", Float),
    Column("max_extra_points", Float),
    Column("checks_done", Integer),
    Column("result", Text),  # Result.to_json
    CheckConstraint("state in ('running', 'finished')", name="state_known"),
    Index("runs_by_student", "student", "week", "started_at"),
)

task_verdicts = Table(
    "task_verdicts",
    metadata,
    Column("run_id", Text, ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
    Column("task_id", Text, primary_key=True),
    Column("verdict", Text, nullable=False),
    Column("points", Float, nullable=False),
    Column("extra_points", Float, nullable=False),
)
