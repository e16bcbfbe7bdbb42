"""The statements: what is read from and written to the tables, each within a transaction of the caller.

Knows nothing about journals.
"""

from __future__ import annotations

import json

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.sqlite import insert

from grader.result import Progress, Result, Verdict
from grader.store.records import FINISHED, RUNNING, RunHeader, RunRow
from grader.store.tables import runs, task_verdicts


def insert_running(connection: Connection, header: RunHeader) -> None:
    """Add the row of a run that begins; a row that is there already stays as it is."""
    connection.execute(
        insert(runs)
        .values(
            run_id=header.run_id,
            week=header.week,
            student=_storable(header.student),
            started_at=header.started_at,
            state=RUNNING,
            header=json.dumps(header.to_json()),
        )
        .on_conflict_do_nothing()
    )


def upsert_finished(connection: Connection, header: RunHeader, result: Result, finished_at: str) -> None:
    """Make the row of `header` the row of a finished run; doing it twice changes nothing."""
    insert_running(connection, header)
    connection.execute(
        runs.update()
        .where(runs.c.run_id == header.run_id, runs.c.state == RUNNING)
        .values(
            state=FINISHED,
            finished_at=finished_at,
            points=result.points,
            max_points=result.max_points,
            extra_points=result.extra_points,
            max_extra_points=result.max_extra_points,
            checks_done=sum(len(task.checks) for task in result.tasks),
            result=json.dumps(result.to_json()),
        )
    )
    for task in result.tasks:
        verdict = {"verdict": task.verdict.value, "points": task.points, "extra_points": task.extra_points}
        connection.execute(
            insert(task_verdicts)
            .values(run_id=header.run_id, task_id=task.id, **verdict)
            .on_conflict_do_update(index_elements=["run_id", "task_id"], set_=verdict)
        )


def select_rows(connection: Connection, student: str | None, week: int | None) -> list[RunRow]:
    """Return the rows as the database has them, oldest first."""
    statement = select(*(column for column in runs.c if column.name != "result"))
    if student is not None:
        statement = statement.where(runs.c.student == _storable(student))
    if week is not None:
        statement = statement.where(runs.c.week == week)
    found = connection.execute(statement.order_by(runs.c.started_at, runs.c.run_id))
    return [_row(row) for row in found]


def select_run_ids(connection: Connection) -> set[str]:
    """Return the ids of all runs."""
    return set(connection.execute(select(runs.c.run_id)).scalars())


def select_unfinished_run_ids(connection: Connection) -> set[str]:
    """Return the ids of the runs that are running or were cut off."""
    return set(connection.execute(select(runs.c.run_id).where(runs.c.state == RUNNING)).scalars())


def select_result(connection: Connection, run_id: str) -> Result | None:
    """Return the result of a finished run, None if the run is not finished."""
    found = connection.execute(select(runs.c.result).where(runs.c.run_id == run_id)).scalar()
    return None if found is None else Result.from_json(json.loads(found))


def select_header(connection: Connection, run_id: str) -> RunHeader:
    """Return the header of a run that exists."""
    found = connection.execute(select(runs.c.header).where(runs.c.run_id == run_id)).scalar_one()
    return RunHeader.from_json(json.loads(found))


def select_progress(connection: Connection, student: str, week: int, before: str) -> tuple[Progress, ...]:
    """Return the finished runs of a whole week that were begun before the run `before`, oldest first."""
    columns = (runs.c.run_id, runs.c.started_at, runs.c.finished_at, runs.c.points, runs.c.extra_points)
    found = connection.execute(
        select(*columns, runs.c.header)
        .where(runs.c.student == _storable(student), runs.c.week == week, runs.c.state == FINISHED)
        .order_by(runs.c.started_at, runs.c.run_id)
    ).all()
    started = connection.execute(select(runs.c.started_at).where(runs.c.run_id == before)).scalar()
    return tuple(
        Progress(row.run_id, row.finished_at, row.points, row.extra_points, _passed(connection, row.run_id))
        for row in found
        if (started is None or (row.started_at, row.run_id) < (started, before))
        and not json.loads(row.header)["selected"]
    )


def _passed(connection: Connection, run_id: str) -> tuple[str, ...]:
    statement = select(task_verdicts.c.task_id).where(
        task_verdicts.c.run_id == run_id, task_verdicts.c.verdict == Verdict.PASS.value
    )
    return tuple(sorted(connection.execute(statement).scalars(), key=_in_course_order))


def _in_course_order(task_id: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in task_id.split(".")]


def _row(row: Row[tuple[object, ...]]) -> RunRow:
    found = row._mapping
    header = RunHeader.from_json(json.loads(found["header"]))
    maxima = (sum(t.max_points for t in header.planned), sum(t.max_extra_points for t in header.planned))
    finished = found["state"] == FINISHED
    return RunRow(
        run_id=header.run_id,
        week=header.week,
        title=header.title,
        student=header.student,
        submission=header.submission,
        started_at=header.started_at,
        finished_at=found["finished_at"] or "",
        state=found["state"],
        checks_done=found["checks_done"] or 0,
        checks_planned=header.checks_planned,
        points=found["points"] if finished else 0.0,
        max_points=found["max_points"] if finished else round(maxima[0], 4),
        extra_points=found["extra_points"] if finished else 0.0,
        max_extra_points=found["max_extra_points"] if finished else round(maxima[1], 4),
        selected=header.selected,
    )


def _storable(student: str) -> str:
    # a name from a command line that is not UTF-8 holds surrogates, which SQLite refuses
    return student.encode("utf-8", "backslashreplace").decode("utf-8")
