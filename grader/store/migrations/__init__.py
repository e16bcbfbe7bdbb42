"""The migrations of the history database, run by Alembic whenever an older database is opened."""
