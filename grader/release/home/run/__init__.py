"""Files of a student's package in place of those of the grader's own part."""
