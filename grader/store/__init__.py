"""The history of runs: a journal per run while it is made, a SQLite database of everything that was made.

Knows nothing about how checks are executed or shown; SQL is written in this package alone.
"""

from grader.store.history import Store
from grader.store.journal import Journal, JournalState
from grader.store.partial import partial_result
from grader.store.records import PlannedTask, RunHeader, RunRow

__all__ = ["Journal", "JournalState", "PlannedTask", "RunHeader", "RunRow", "Store", "partial_result"]
