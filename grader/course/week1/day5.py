"""Day 5: block, embedding, the model. Data only."""

from __future__ import annotations

from functools import partial

from grader.course import inputs
from grader.course.model import KeepsDtype, Matches, Task, Unchanged, grid
from grader.course.week1.names import ALL, BLOCK, EDGE, HALF, QWEN, STYLE, prefixed

_block = partial(
    Matches,
    target="qwen2_week1.Qwen2TransformerBlock",
    inputs=inputs.qwen2_block,
    oracle="qwen2.block",
    tolerance="block",
    mistakes=(*prefixed("block", BLOCK), *prefixed("block", (*QWEN, "mask-dropped"))),
    axis_names=("batch", "position", "column"),
)
_size = {"E": [32], "I": [48], "H_q": [4], "H": [2]}
_hidden_size = {"E": [64], "I": [96], "H_q": [4], "H": [2]}

T151 = Task(
    "1.5.1",
    "Transformer block",
    5,
    "qwen2_week1.Qwen2TransformerBlock",
    needs=("1.3.3", "1.4.1", "1.4.2"),
    blanks=("qwen2_week1.Qwen2TransformerBlock",),
    checks=(
        _block(
            "block-values",
            "pre-norm: each residual is taken before the norm",
            points=5,
            public=grid(B=[1, 2], L=[3], **_size, dtype=["float32"], mask=["word"])
            + grid(B=[1], L=[3], **_size, dtype=["float16"], mask=["word"]),
            hidden=grid(B=[2], L=[5, 8], **_hidden_size, dtype=ALL, mask=["word"]),
        ),
        _block(
            "block-settings",
            "rms_norm_eps and theta are passed on",
            points=2,
            public=grid(B=[1], L=[5], **_size, dtype=["float32"], mask=["word"], theta=[5000], eps=[0.1]),
            hidden=grid(B=[1], L=[7], **_hidden_size, dtype=ALL, mask=["word"], theta=[100], eps=[0.05]),
        ),
        _block(
            "block-mask",
            "an additive mask is passed on",
            points=1,
            public=grid(B=[1], L=[4], **_size, dtype=["float32"], mask=["causal"]),
            hidden=grid(B=[2], L=[5], **_hidden_size, dtype=ALL, mask=["random"]),
        ),
        Unchanged(
            "inputs-unchanged",
            "the caller's array is left as it was: no `x += ...` on the argument",
            tier=EDGE,
            points=0.5,
            target="qwen2_week1.Qwen2TransformerBlock",
            inputs=inputs.qwen2_block,
            public=grid(B=[1], L=[3], **_size, dtype=["float32"], mask=["word"]),
        ),
        KeepsDtype(
            "dtype",
            "the result has the dtype of the input",
            tier=STYLE,
            target="qwen2_week1.Qwen2TransformerBlock",
            inputs=inputs.qwen2_block,
            public=grid(B=[1], L=[3], **_size, dtype=HALF, mask=["word"]),
        ),
    ),
)

_embedding = partial(Matches, target="embedding.Embedding", axis_names=("row", "column"))

T152 = Task(
    "1.5.2",
    "Embedding",
    5,
    "embedding.Embedding",
    needs=("1.1.2",),
    blanks=("embedding.Embedding",),
    checks=(
        _embedding(
            "embedding-rows",
            "ids pick the rows of the weight, exactly",
            points=2,
            public=grid(V=[12], E=[8], shape=[(5,), (2, 3)], dtype=["float32"]),
            hidden=grid(V=[100], E=[16], shape=[(7,), (2, 5)], dtype=ALL),
            inputs=inputs.embedding,
            oracle="basics.embedding",
            tolerance="exact",
        ),
        _embedding(
            "embedding-as-linear",
            "as_linear multiplies with the transposed weight",
            points=2,
            public=grid(V=[8, 12], E=[8], lead=[(3,), (1, 2)], dtype=["float32"]),
            hidden=grid(V=[16, 60], E=[16], lead=[(2, 3)], dtype=ALL),
            inputs=inputs.embedding_as_linear,
            oracle="basics.embedding_as_linear",
            tolerance="linear",
            mistakes=("embedding-as-linear-not-transposed",),
        ),
    ),
)

_model = partial(
    Matches,
    target="qwen2_week1.Qwen2ModelWeek1",
    inputs=inputs.model_logits,
    oracle="qwen2.model",
    tolerance="model",
    axis_names=("batch", "position", "token"),
    deadline_s=20.0,
    mistakes=(
        *prefixed("model", ("head-tied", "final-norm-missing", "not-causal", "last-layer-missing")),
        *prefixed("model", ("layers-reversed", "first-layer-only")),
        *prefixed("model", QWEN),
        *prefixed("model-block", BLOCK),
    ),
)

T153 = Task(
    "1.5.3",
    "The model",
    5,
    "qwen2_week1.Qwen2ModelWeek1",
    needs=("1.5.1", "1.5.2"),
    blanks=("quantize.dequantize_linear", "qwen2_week1.Qwen2ModelWeek1"),
    checks=(
        Matches(
            "dequantize-values",
            "dequantize_linear gives scale * q + bias per group",
            points=2,
            target="quantize.dequantize_linear",
            inputs=inputs.dequantize,
            oracle="basics.dequantize_linear",
            tolerance="dequantize",
            mistakes=("dequantize-no-bias", "dequantize-high-nibble-first", "dequantize-zero-point"),
            axis_names=("row", "column"),
            public=grid(outer=[4], inner=[64, 128], group=[64], dtype=["float16"]),
            hidden=grid(outer=[6], inner=[192], group=[64], dtype=ALL),
        ),
        _model(
            "model-tied",
            "logits equal transformers' Qwen2 with the embedding as output head",
            points=4,
            public=grid(checkpoint=["qwen2-tiny-4bit"], V=[700], B=[1], L=[6], dtype=["float32", "float16"]),
            hidden=grid(checkpoint=["random-tied"], V=[256], B=[1, 2], L=[9], dtype=["float32", "float16"])
            + grid(checkpoint=["random-deep"], V=[256], B=[1], L=[7], dtype=["float32"]),
        ),
        _model(
            "model-untied",
            "a checkpoint with its own lm_head uses it",
            points=2,
            public=grid(checkpoint=["qwen2-untied-random"], V=[256], B=[1], L=[5], dtype=["float32"]),
            hidden=grid(checkpoint=["random-untied"], V=[256], B=[2], L=[8], dtype=["float32", "float16"]),
        ),
        _model(
            "model-config",
            "rope_theta and rms_norm_eps come from the checkpoint",
            points=2,
            public=grid(checkpoint=["random-theta"], V=[256], B=[1], L=[6], dtype=["float32"]),
            hidden=grid(checkpoint=["random-theta"], V=[256], B=[1], L=[12], dtype=["float32", "float16"]),
        ),
        _model(
            "model-bfloat16",
            "the model runs in bfloat16",
            tier=EDGE,
            points=0.5,
            public=grid(checkpoint=["qwen2-tiny-4bit"], V=[700], B=[1], L=[5], dtype=["bfloat16"]),
            hidden=grid(checkpoint=["random-untied"], V=[256], B=[1], L=[7], dtype=["bfloat16"]),
        ),
        Matches(
            "dequantize-groups",
            "groups of 32 and 128 work too",
            tier=EDGE,
            points=0.5,
            target="quantize.dequantize_linear",
            inputs=inputs.dequantize,
            oracle="basics.dequantize_linear",
            tolerance="dequantize",
            public=grid(outer=[4], inner=[128], group=[32, 128], dtype=["float32"]),
            hidden=grid(outer=[3], inner=[256], group=[32, 128], dtype=ALL),
        ),
    ),
)
