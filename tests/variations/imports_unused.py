"""Libraries are imported and not used: numpy, tqdm, mlx.nn, mlx_lm for a type, a compiled extension."""

CHANGES = [
    ('basics.py', 'import mlx.core as mx\n', 'import math\nimport os\nimport time\n\nimport mlx.core as mx\nimport mlx.nn as nn\nimport numpy as np\nfrom tqdm import tqdm\n'),
    ('generate.py', 'import mlx.core as mx\n', 'import mlx.core as mx\nfrom mlx_lm.tokenizer_utils import TokenizerWrapper\nfrom tqdm import tqdm\n'),
    ('attention.py', 'import mlx.core as mx\n', 'import mlx.core as mx\n\nfrom extensions import tiny_llm_ext\n'),
]
