"""What a submission does that its task forbids, read off its text and its compiled objects. Nothing is executed.

Pure: text and names in, findings out. Knows the Python language and C++ tokens; which names are forbidden, and why,
is data of the course. Standard library only.
"""
