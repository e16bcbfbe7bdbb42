"""A class: many submissions of many students, found, opened and graded one by one."""
