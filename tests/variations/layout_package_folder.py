"""The package folder itself is handed in, with absolute imports."""

LAYOUT = '.'

CHANGES = [
    ('attention.py', 'from .basics import', 'from tiny_llm.basics import'),
    ('embedding.py', 'from .basics import', 'from tiny_llm.basics import'),
    ('sampler.py', 'from .basics import', 'from tiny_llm.basics import'),
    ('qwen2_week1.py', 'from .attention import', 'from tiny_llm.attention import'),
    ('qwen2_week1.py', 'from .basics import', 'from tiny_llm.basics import'),
    ('qwen2_week1.py', 'from .embedding import', 'from tiny_llm.embedding import'),
    ('qwen2_week1.py', 'from .layer_norm import', 'from tiny_llm.layer_norm import'),
    ('qwen2_week1.py', 'from .positional_encoding import', 'from tiny_llm.positional_encoding import'),
    ('qwen2_week1.py', 'from .quantize import', 'from tiny_llm.quantize import'),
]
