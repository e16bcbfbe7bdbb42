from pathlib import Path

import mlx.core as mx

from ._ext import *

load_library(mx.gpu, str(Path(__file__).parent))
