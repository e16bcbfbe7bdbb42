"""Runs checks on a submission: workers, comparison, hints, verdicts, journal."""
