"""A checkout of the public course: src/tiny_llm, absolute imports, extensions that are not built."""

LAYOUT = 'src/tiny_llm'

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
    ('quantize.py', 'import mlx.core as mx\n', 'import mlx.core as mx\n\nfrom extensions import tiny_llm_ext\n'),
]

FILES = {
    "../extensions/src/ops.cpp": '''// week 2
''',
}
