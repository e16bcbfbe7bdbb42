"""Speed: clocks that a submission cannot touch, statistics, gates, and this machine's limits.

Knows nothing about the course; what is timed comes in as calls.
"""
