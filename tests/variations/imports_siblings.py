"""Modules import each other by their bare names."""

CHANGES = [
    ('attention.py', 'from .basics import', 'from basics import'),
    ('embedding.py', 'from .basics import', 'from basics import'),
    ('qwen2_week1.py', 'from .basics import', 'from basics import'),
    ('qwen2_week1.py', 'from .attention import', 'from attention import'),
]
