"""Week 2: what it asks for. The skeleton leaves it to the student; without checks yet, it cannot be graded.

`grader.course.catalog` lists the weeks that can be graded.
"""

from __future__ import annotations

from grader.course.model import Task, Week

WEEK = Week(
    2,
    "A tiny vLLM",
    {
        1: "KV cache",
        2: "Quantized matmul",
        4: "Flash attention",
        6: "Batched model",
        7: "Continuous batching",
    },
    (
        Task(
            "2.1",
            "KV cache",
            1,
            "qwen2_week2.Qwen2ModelWeek2",
            checks=(),
            blanks=(
                "kv_cache.TinyKvFullCache",
                "qwen2_week2.Qwen2MultiHeadAttention",
                "qwen2_week2.Qwen2MLP",
                "qwen2_week2.Qwen2TransformerBlock",
                "qwen2_week2.Qwen2ModelWeek2",
                "generate.simple_generate_with_kv_cache",
            ),
        ),
        Task(
            "2.2",
            "Quantized matmul",
            2,
            "quantize.quantized_matmul",
            checks=(),
            blanks=("quantize.QuantizedWeights", "quantize.quantized_matmul", "quantize.quantized_linear"),
        ),
        Task(
            "2.4",
            "Flash attention",
            4,
            "attention.flash_attention",
            checks=(),
            blanks=("attention.flash_attention",),
        ),
        Task(
            "2.6",
            "Batched model",
            6,
            "kv_cache.BatchingKvCache",
            checks=(),
            blanks=("kv_cache.BatchingKvCache",),
        ),
        Task(
            "2.7",
            "Continuous batching",
            7,
            "batch.batch_generate",
            checks=(),
            blanks=("batch.Request", "batch.batch_generate"),
        ),
    ),
)
