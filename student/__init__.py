"""Qwen2 from scratch on MLX, one file per chapter.

Read in this order: `basics`, `attention`, `positional_encoding`, `layer_norm`, `embedding`, `quantize`, then
`qwen2_week1`, where they become a model, then `generate` and `sampler`, where the model becomes text.
`models` loads a checkpoint and is the only file that needs more than MLX.

Axes in all docstrings: `B` batch, `L` query length, `S` key/value length, `H_q` query heads, `H` key/value
heads, `D` head dim, `E` hidden size, `I` intermediate size, `V` vocabulary.
"""
