"""The course as data: weeks, tasks, checks, cases, inputs and tolerances. Nothing here runs a submission."""
