"""Files of a student's package in place of the grader's own."""
