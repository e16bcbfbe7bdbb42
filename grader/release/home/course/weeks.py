"""Every week that was released, with its public cases."""

from __future__ import annotations

from grader.release.public_cases import public_cases

WEEKS = public_cases().weeks
